// What the kernel allows: starting /bin/true and waiting for it, and nothing else.
//
//     spawn_limit bare    COUNT THREADS    posix_spawn and waitpid, in a loop in each thread
//     spawn_limit guarded COUNT SLOTS      what Weir promises for each job: a session of its own, death with the parent,
//                                          a pidfd, the use of resources, two pipes read to their end; one epoll
//
// Prints processes a second.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static char *program = "/bin/true";
static int per_thread;

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *bare(void *unused) {
    (void)unused;
    char *argv[] = {program, NULL};
    for (int i = 0; i < per_thread; i++) {
        pid_t child;
        int status;
        if ((errno = posix_spawn(&child, program, NULL, NULL, argv, environ)) != 0) fail("posix_spawn");
        if (waitpid(child, &status, 0) != child || status != 0) fail("waitpid");
    }
    return NULL;
}

static void run_bare(int threads) {
    pthread_t thread[256];
    for (int i = 0; i < threads; i++) if (pthread_create(&thread[i], NULL, bare, NULL) != 0) fail("pthread_create");
    for (int i = 0; i < threads; i++) pthread_join(thread[i], NULL);
}

struct job {
    int pidfd, output, error;
    pid_t parent;
    int output_end, error_end, null;
    sigset_t signals;
};

static int child(void *context) {
    struct job *job = context;
    sigprocmask(SIG_SETMASK, &job->signals, NULL);
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != job->parent) _exit(126);
    dup2(job->null, 0);
    dup2(job->output_end, 1);
    dup2(job->error_end, 2);
    syscall(SYS_close_range, 3, ~0U, 0);
    char *argv[] = {program, NULL};
    execve(program, argv, environ);
    _exit(127);
}

static void start(struct job *job, char *stack_top, int poller, int slot) {
    int output[2], error[2];
    if (pipe2(output, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0) fail("pipe2");
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    fcntl(error[0], F_SETFL, O_NONBLOCK);
    job->output = output[0];
    job->error = error[0];
    job->output_end = output[1];
    job->error_end = error[1];
    job->parent = getpid();
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &job->signals);
    pid_t pid = clone(child, stack_top, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, job, &job->pidfd);
    pthread_sigmask(SIG_SETMASK, &job->signals, NULL);
    if (pid < 0) fail("clone");
    close(output[1]);
    close(error[1]);
    struct epoll_event event = {EPOLLIN, {.u64 = (uint64_t)slot}};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, job->pidfd, &event) != 0) fail("epoll_ctl");
}

static void drain(int pipe) {
    static char buffer[65536];
    while (read(pipe, buffer, sizeof buffer) > 0) {}
    close(pipe);
}

static void end(struct job *job, int poller) {
    siginfo_t info = {0};
    struct rusage usage;
    if (syscall(SYS_waitid, P_PIDFD, job->pidfd, &info, WEXITED | WNOHANG, &usage) != 0) fail("waitid");
    if (info.si_status != 0) fail("/bin/true");
    epoll_ctl(poller, EPOLL_CTL_DEL, job->pidfd, NULL);
    close(job->pidfd);
    drain(job->output);
    drain(job->error);
}

static void run_guarded(int count, int slots) {
    enum { stack_bytes = 65536 };
    char *stack = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    int poller = epoll_create1(EPOLL_CLOEXEC), null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct job *jobs = calloc(slots, sizeof *jobs);
    struct epoll_event events[64];
    int started = 0, ended = 0;
    for (int i = 0; i < slots; i++) jobs[i].null = null;
    for (; started < slots && started < count; started++) start(&jobs[started], stack + stack_bytes, poller, started);
    while (ended < count) {
        int ready = epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            int slot = (int)events[i].data.u64;
            end(&jobs[slot], poller);
            ended++;
            if (started >= count) continue;
            start(&jobs[slot], stack + stack_bytes, poller, slot);
            started++;
        }
    }
}

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: spawn_limit bare|guarded COUNT AT-ONCE\n");
        return 64;
    }
    int jobs = atoi(arguments[2]), at_once = atoi(arguments[3]);
    if (at_once < 1 || at_once > 256) return 64;
    per_thread = jobs / at_once;
    double begin = seconds();
    if (strcmp(arguments[1], "bare") == 0) run_bare(at_once); else run_guarded(per_thread * at_once, at_once);
    printf("per_second=%.1f\n", per_thread * at_once / (seconds() - begin));
    return 0;
}
