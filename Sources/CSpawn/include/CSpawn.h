// Starts a process in a session of its own, with everything that has to happen between clone and exec: what neither
// posix_spawn nor Foundation.Process can do. See cspawn_start.
#ifndef WEIR_CSPAWN_H
#define WEIR_CSPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/// Where a start failed.
enum {
    CSPAWN_OK = 0,
    CSPAWN_CLONE,      ///< clone(2): no process was made.
    CSPAWN_PARENT,     ///< The parent was gone before the child could ask to die with it.
    CSPAWN_SESSION,    ///< setsid(2).
    CSPAWN_DESCRIPTOR, ///< dup2(2) or close_range(2).
    CSPAWN_LIMIT,      ///< setrlimit(2).
    CSPAWN_DIRECTORY,  ///< chdir(2).
    CSPAWN_GROUP,      ///< write(2) to cgroup.procs.
    CSPAWN_LEASE_OVER, ///< The deadline was over; nothing was executed.
    CSPAWN_EXEC,       ///< execve(2), of every candidate.
};

struct cspawn_request {
    /// Paths to try in turn, NULL at the end.
    const char *const *candidates;
    /// argv, NULL at the end. argv[-1] must exist: a script without `#!` is given to /bin/sh, whose argv begins there.
    char **argv;
    char *const *envp;
    const char *directory;
    int standard_input, standard_output, standard_error;
    /// Soft limit for RLIMIT_RTTIME, see cspawn_mark_limit. 0: none.
    uint64_t mark_limit;
    /// Bytes of RLIMIT_DATA, soft and hard. 0: none.
    uint64_t memory_limit;
    /// The file cgroup.procs of the control group to join, open for writing. -1: none.
    int group_processes;
    /// CLOCK_BOOTTIME in milliseconds; when it has been reached the child exits instead of exec. INT64_MAX: never.
    int64_t deadline;
    /// The top of the child's stack: at least 64 KiB, in use only until the child has called exec.
    void *stack_top;
};

struct cspawn_result {
    pid_t pid;
    /// Close-on-exec.
    int pidfd;
    /// One of CSPAWN_…; anything but CSPAWN_OK means that nothing runs and nothing is left to be reaped.
    int failure;
    int error;
};

/// Starts a process and returns when it has called exec, or could not.
///
/// The child has a session of its own, default signal dispositions, an empty signal mask, three descriptors, and
/// PR_SET_PDEATHSIG: it is killed when the calling *thread* ends, so call this from a thread that lives as long as the
/// process. umask is inherited.
void cspawn_start(const struct cspawn_request *request, struct cspawn_result *result);

/// waitid(P_PIDFD) without waiting. 1: ended, with its status and usage; 0: it runs; -1: errno.
/// `code` is CLD_EXITED with the exit code in `status`, or CLD_KILLED or CLD_DUMPED with the signal.
int cspawn_reap(int pidfd, int *code, int *status, struct rusage *usage);

/// Reaps the child `pid` if it has ended. 1, 0 or -1 as above.
int cspawn_reap_pid(pid_t pid);

/// Whether some child has ended and not been reaped. Reaps nothing.
bool cspawn_has_ended_child(void);

/// The soft limit of RLIMIT_RTTIME of a process, or 0 with errno where it cannot be read.
uint64_t cspawn_realtime_limit(pid_t pid);

/// PR_SET_CHILD_SUBREAPER: descendants whose parent ended become children of this process. 0, or -1 with errno.
int cspawn_become_subreaper(void);

/// A sealed memfd that holds `bytes`, positioned at its start; close-on-exec. -1 with errno.
int cspawn_sealed_file(const void *bytes, size_t count);

/// A pipe whose ends are close-on-exec and of which reading does not wait. 0, or -1 with errno.
int cspawn_output_pipe(int *reader, int *writer);

/// The same, of which writing does not wait.
int cspawn_input_pipe(int *reader, int *writer);

/// Bytes that were written to a pipe and not read; -1 with errno.
int cspawn_unread_bytes(int fd);

/// Bytes that a pipe may hold, set to `bytes` if it is allowed. Returns its size now, or -1.
int cspawn_pipe_size(int fd, int bytes);

#endif
