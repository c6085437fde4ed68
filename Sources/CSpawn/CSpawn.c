#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The kernel's own sigset and sigaction. The C library's wrappers leave out the two signals that it uses itself.
typedef uint64_t kernel_sigset;
#define KERNEL_SIGNALS 64

struct kernel_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    kernel_sigset mask;
};

// What parent and child share: the child runs in the parent's memory until it calls exec.
struct child {
    const struct cspawn_request *request;
    pid_t parent;
    volatile int failure;
    volatile int error;
};

static void set_mask(kernel_sigset mask, kernel_sigset *before) {
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, before, sizeof mask);
}

static __attribute__((noreturn)) void fail(struct child *child, int failure, int error) {
    child->error = error;
    child->failure = failure;
    _exit(127);
}

// Signals that the terminal sent to the runner's group before the child had left it are not meant for the child.
// The handlers are the parent's code and must not run here; ignored signals would stay ignored after exec.
static void reset_signals(void) {
    const kernel_sigset all = ~(kernel_sigset)0;
    const struct timespec now = {0, 0};
    while (syscall(SYS_rt_sigtimedwait, &all, NULL, &now, sizeof all) > 0) {}
    struct kernel_sigaction action;
    memset(&action, 0, sizeof action);
    for (int signal = 1; signal <= KERNEL_SIGNALS; signal++) {
        syscall(SYS_rt_sigaction, signal, &action, NULL, sizeof action.mask);
    }
}

// Above 2, so that no dup2 overwrites a descriptor that a later one needs.
static int above_standard(int fd) { return fd > 2 ? fd : fcntl(fd, F_DUPFD, 3); }

static bool set_descriptors(const struct cspawn_request *request) {
    const int input = above_standard(request->standard_input);
    const int output = above_standard(request->standard_output);
    const int error = above_standard(request->standard_error);
    if (input < 0 || output < 0 || error < 0) return false;
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0) return false;
    if (syscall(SYS_close_range, 3, ~0U, 0) == 0) return true;
    const long limit = sysconf(_SC_OPEN_MAX);
    for (int fd = 3; fd < (limit > 0 ? limit : 1024); fd++) close(fd);
    return true;
}

static bool set_limits(const struct cspawn_request *request) {
    struct rlimit limit;
    if (request->mark_limit != 0) {
        if (getrlimit(RLIMIT_RTTIME, &limit) != 0) return false;
        limit.rlim_cur = request->mark_limit;
        // A lower hard limit leaves the process without a mark; session and environment still tell whose it is.
        if (limit.rlim_max >= limit.rlim_cur && setrlimit(RLIMIT_RTTIME, &limit) != 0) return false;
    }
    if (request->memory_limit != 0) {
        limit.rlim_cur = limit.rlim_max = request->memory_limit;
        if (setrlimit(RLIMIT_DATA, &limit) != 0) return false;
    }
    return true;
}

static int64_t boottime_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// A stop between the look at the clock and exec cannot be closed here: a rescuer kills what bears the mark.
static void execute(struct child *child, const char *path, char **argv) {
    if (boottime_ms() >= child->request->deadline) fail(child, CSPAWN_LEASE_OVER, ETIMEDOUT);
    execve(path, argv, child->request->envp);
}

// Tries the candidates as execvpe does: a file that may not be executed is remembered, a missing one is not.
static __attribute__((noreturn)) void execute_first(struct child *child) {
    char **argv = child->request->argv;
    int error = ENOENT;
    for (const char *const *path = child->request->candidates; *path != NULL; path++) {
        execute(child, *path, argv);
        if (errno == ENOEXEC) {
            argv[-1] = "/bin/sh";
            argv[0] = (char *)*path;
            execute(child, "/bin/sh", argv - 1);
        }
        switch (errno) {
        case EACCES:
            error = EACCES;
            break;
        case ENOENT:
        case ENOTDIR:
        case ENODEV:
        case ESTALE:
        case ETIMEDOUT:
            break;
        default:
            fail(child, CSPAWN_EXEC, errno);
        }
    }
    fail(child, CSPAWN_EXEC, error);
}

static int run_child(void *argument) {
    struct child *child = argument;
    const struct cspawn_request *request = child->request;
    if (setsid() < 0) fail(child, CSPAWN_SESSION, errno);
    // The signal comes when the thread that called clone ends. The parent may have died before this line, and then
    // no signal comes: so look.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != child->parent) fail(child, CSPAWN_PARENT, ESRCH);
    reset_signals();
    // The mark before the descriptors go: until then the child holds the locks of a parent that dies here, so that a
    // rescuer who gets such a lock finds the child marked.
    if (!set_limits(request)) fail(child, CSPAWN_LIMIT, errno);
    if (request->group_processes >= 0 && write(request->group_processes, "0", 1) != 1) {
        fail(child, CSPAWN_GROUP, errno);
    }
    if (!set_descriptors(request)) fail(child, CSPAWN_DESCRIPTOR, errno);
    if (chdir(request->directory) != 0) fail(child, CSPAWN_DIRECTORY, errno);
    set_mask(0, NULL);
    execute_first(child);
}

void cspawn_start(const struct cspawn_request *request, struct cspawn_result *result) {
    struct child child = {.request = request, .parent = getpid(), .failure = CSPAWN_OK, .error = 0};
    int pidfd = -1;
    kernel_sigset before;
    // A handler that ran in the child would run in the parent's memory.
    set_mask(~(kernel_sigset)0, &before);
    const int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
    const pid_t pid = clone(run_child, request->stack_top, flags, &child, &pidfd);
    const int error = errno;
    set_mask(before, NULL);

    result->pid = pid;
    result->pidfd = pidfd;
    result->failure = pid < 0 ? CSPAWN_CLONE : child.failure;
    result->error = pid < 0 ? error : child.error;
    if (result->failure == CSPAWN_OK) return;
    if (pid >= 0) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
        close(pidfd);
    }
    result->pid = -1;
    result->pidfd = -1;
}

int cspawn_reap(int pidfd, int *code, int *status, struct rusage *usage) {
    siginfo_t info;
    info.si_pid = 0;
    // The C library's waitid has no rusage.
    while (syscall(SYS_waitid, P_PIDFD, pidfd, &info, WEXITED | WNOHANG, usage) != 0) {
        if (errno != EINTR) return -1;
    }
    if (info.si_pid == 0) return 0;
    *code = info.si_code;
    *status = info.si_status;
    return 1;
}

int cspawn_reap_pid(pid_t pid) {
    siginfo_t info;
    info.si_pid = 0;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) != 0) {
        if (errno != EINTR) return -1;
    }
    return info.si_pid == 0 ? 0 : 1;
}

bool cspawn_has_ended_child(void) {
    siginfo_t info;
    info.si_pid = 0;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

uint64_t cspawn_realtime_limit(pid_t pid) {
    struct rlimit limit;
    return prlimit(pid, RLIMIT_RTTIME, NULL, &limit) == 0 ? limit.rlim_cur : 0;
}

int cspawn_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int cspawn_sealed_file(const void *bytes, size_t count) {
    const int fd = memfd_create("stdin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) return -1;
    size_t written = 0;
    while (written < count) {
        const ssize_t n = pwrite(fd, (const char *)bytes + written, count - written, (off_t)written);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            const int error = errno;
            close(fd);
            errno = error;
            return -1;
        }
        written += (size_t)n;
    }
    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    return fd;
}

int cspawn_pipe_size(int fd, int bytes) {
    const int set = fcntl(fd, F_SETPIPE_SZ, bytes);
    return set >= 0 ? set : fcntl(fd, F_GETPIPE_SZ);
}

int cspawn_unread_bytes(int fd) {
    int count;
    return ioctl(fd, FIONREAD, &count) == 0 ? count : -1;
}

// The other end stays as a program expects it: its reads and writes wait.
static int pipe_without_wait(int *reader, int *writer, int end) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    fcntl(ends[end], F_SETFL, O_NONBLOCK);
    *reader = ends[0];
    *writer = ends[1];
    return 0;
}

int cspawn_output_pipe(int *reader, int *writer) { return pipe_without_wait(reader, writer, 0); }

int cspawn_input_pipe(int *reader, int *writer) { return pipe_without_wait(reader, writer, 1); }
