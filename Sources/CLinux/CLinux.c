#define _GNU_SOURCE
#include "CLinux.h"

#include <linux/kcmp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

static struct flock byte_lock(int64_t byte, short type) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    return lock;
}

int clinux_lock_byte(int fd, int64_t byte) {
    struct flock lock = byte_lock(byte, F_WRLCK);
    return fcntl(fd, F_OFD_SETLK, &lock);
}

int clinux_unlock_byte(int fd, int64_t byte) {
    struct flock lock = byte_lock(byte, F_UNLCK);
    return fcntl(fd, F_OFD_SETLK, &lock);
}

int clinux_is_byte_locked(int fd, int64_t byte) {
    struct flock lock = byte_lock(byte, F_WRLCK);
    if (fcntl(fd, F_OFD_GETLK, &lock) != 0) return -1;
    return lock.l_type != F_UNLCK;
}

static void interrupt_wait(int signal) { (void)signal; }

int clinux_lock_byte_wait(int fd, int64_t byte, int64_t milliseconds) {
    // The kernel queues those who block, so a blocking lock is fair where retries are not; it has no time limit of
    // its own, so a timer interrupts this thread's wait. The timer repeats: its first signal may come just before
    // the wait begins, and would be lost.
    const int wake = SIGRTMIN + 5;
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = interrupt_wait;
    sigaction(wake, &action, &before);
    // The threads of Swift's and dispatch's pools block all signals, and this one would wait for ever.
    sigset_t unblocked, mask;
    sigemptyset(&unblocked);
    sigaddset(&unblocked, wake);
    pthread_sigmask(SIG_UNBLOCK, &unblocked, &mask);

    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = wake;
    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) {
        int error = errno;
        pthread_sigmask(SIG_SETMASK, &mask, NULL);
        errno = error;
        return -1;
    }
    struct itimerspec times;
    if (milliseconds < 1) milliseconds = 1;
    times.it_value.tv_sec = milliseconds / 1000;
    times.it_value.tv_nsec = (milliseconds % 1000) * 1000000;
    times.it_interval.tv_sec = 0;
    times.it_interval.tv_nsec = 5000000;
    timer_settime(timer, 0, &times, 0);

    struct flock lock = byte_lock(byte, F_WRLCK);
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    int result, error = 0;
    for (;;) {
        result = fcntl(fd, F_OFD_SETLKW, &lock);
        if (result == 0) break;
        error = errno;
        if (error != EINTR) break;
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t waited = (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
        if (waited >= milliseconds) {
            error = ETIMEDOUT;
            break;
        }
    }
    timer_delete(timer);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    errno = error;
    return result;
}

const char *clinux_strptime(const char *text, const char *format, struct tm *time) {
    return strptime(text, format, time);
}

int clinux_usable_cores(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int clinux_is_delegated(const char *path) {
    char value[4];
    return (getxattr(path, "user.delegate", value, sizeof value) == 1 && value[0] == '1')
        || (getxattr(path, "trusted.delegate", value, sizeof value) == 1 && value[0] == '1');
}

int clinux_share_memory(pid_t one, pid_t other) {
    const long order = syscall(SYS_kcmp, one, other, KCMP_VM, 0, 0);
    return order < 0 ? -1 : order == 0;
}

int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int clinux_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, (void *)0, 0);
}

int clinux_end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGTERM); }

int clinux_secrecy(int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0) return -1;
    if (status.st_uid != geteuid()) return 1;
    return status.st_mode & 077 ? 2 : 0;
}

int clinux_is_socket(const char *path) {
    struct stat status;
    if (lstat(path, &status) != 0) return -1;
    return S_ISSOCK(status.st_mode) ? 1 : 0;
}

int64_t clinux_file_bytes(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? (int64_t)status.st_size : -1;
}
