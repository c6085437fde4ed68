// What Glibc's Swift module lacks of Linux: epoll, inotify, timerfd, signalfd, pidfd and
// open-file-description locks. Functions only where a macro or a missing wrapper makes one necessary.
#ifndef WEIR_CLINUX_H
#define WEIR_CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/statfs.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/// Milliseconds of CLOCK_BOOTTIME: counts while the host sleeps, and no clock change moves it.
static inline int64_t clinux_boottime_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/// Milliseconds of Unix time.
static inline int64_t clinux_monotonic_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static inline int64_t clinux_realtime_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/// Takes an exclusive open-file-description lock on one byte without waiting. 0, or -1 with errno (EAGAIN: held).
int clinux_lock_byte(int fd, int64_t byte);

/// Releases it. 0, or -1 with errno.
int clinux_unlock_byte(int fd, int64_t byte);

/// Whether somebody holds a lock on the byte; takes none. 1: held, 0: free, -1 with errno.
int clinux_is_byte_locked(int fd, int64_t byte);

/// Waits for the lock at most `milliseconds`. 0: taken; -1 with errno ETIMEDOUT or another.
int clinux_lock_byte_wait(int fd, int64_t byte, int64_t milliseconds);

/// strptime(3), which needs a macro that Swift's Glibc module does not define.
const char *clinux_strptime(const char *text, const char *format, struct tm *time);

/// eventfd(2), close-on-exec and without waiting. -1 with errno.
static inline int clinux_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/// Cores that this process may run on.
int clinux_usable_cores(void);

/// Whether systemd left the control group in this folder to whoever runs in it.
int clinux_is_delegated(const char *path);

/// Whether two processes are in one memory, as after vfork(2). 1, 0, or -1 with errno where that is not told.
int clinux_share_memory(pid_t one, pid_t other);

/// pidfd_open(2): a descriptor that becomes readable when the process ends. -1 with errno.
int clinux_pidfd_open(pid_t pid);

/// pidfd_send_signal(2). 0, or -1 with errno.
int clinux_pidfd_send_signal(int pidfd, int signal);

/// Whose the TCP socket of this host is that is bound to `address` and connected to `peer`, both of AF_INET or AF_INET6.
/// 0, or -1 with errno (ENOENT: there is none, or its process has closed it).
int clinux_socket_owner(const struct sockaddr *address, const struct sockaddr *peer, uint32_t *uid);

/// What keeps an open file from being this user's secret. 0: nothing; 1: it is another user's; 2: others may read or write
/// it; -1 with errno.
int clinux_secrecy(int fd);

/// How long a file is, without opening it: closing a database's file would drop the locks of this process. -1 with errno.
int64_t clinux_file_bytes(const char *path);

/// Whether a path is a socket. 1; 0: it is something else; -1 with errno.
int clinux_is_socket(const char *path);

/// Whether somebody takes connections at a Unix socket. 1 or 0.
int clinux_is_listened_at(const char *path);

/// The process gets SIGTERM when the thread that started it ends. 0, or -1 with errno.
int clinux_end_with_parent(void);

/// Gives the whole of a terminal to this process: keys come one by one, a screen of its own is shown. It is given back
/// at the process's end too, also after a fault; only SIGKILL leaves it as it is. 0, or -1 with errno.
int clinux_terminal_enter(int terminal);

/// Gives it back. Does nothing when it was not taken.
void clinux_terminal_leave(void);

/// Starts a program in a session of its own, with nothing on its standard streams and every signal as usual: it outlives
/// this process. Its pid, or a negative errno.
int clinux_spawn_detached(const char *path, const char *directory, char *const argv[], char *const envp[]);

#endif
