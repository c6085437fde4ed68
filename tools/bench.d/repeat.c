// How long a command takes and how much memory it needs: runs it COUNT times, one after the other.
//
//     repeat COUNT COMMAND [ARGUMENT…]
//
// Prints the median and the 95th percentile of the wall time in milliseconds, from before fork to the end, and the
// largest peak of memory in KiB. What the command prints is dropped.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double milliseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

int main(int count, char **arguments) {
    int runs = count > 2 ? atoi(arguments[1]) : 0;
    if (runs < 1) {
        fprintf(stderr, "usage: repeat COUNT COMMAND [ARGUMENT...]\n");
        return 64;
    }
    double *times = calloc(runs, sizeof *times);
    long peak = 0;
    for (int i = 0; i < runs; i++) {
        double start = milliseconds();
        pid_t child = fork();
        if (child == 0) {
            dup2(open("/dev/null", O_WRONLY), 1);
            execvp(arguments[2], arguments + 2);
            _exit(127);
        }
        int status;
        struct rusage usage;
        if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
            fprintf(stderr, "repeat: %s failed\n", arguments[2]);
            return 1;
        }
        times[i] = milliseconds() - start;
        if (usage.ru_maxrss > peak) peak = usage.ru_maxrss;
    }
    qsort(times, runs, sizeof *times, ascending);
    printf("median_ms=%.3f\np95_ms=%.3f\npeak_kib=%ld\n", times[runs / 2], times[runs * 95 / 100], peak);
    return 0;
}
