#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* In C, since this must also work in a handler of a signal after a fault of the program: nothing but system calls and
   plain memory. */

static struct termios usual;
static int descriptor = -1;
static volatile sig_atomic_t is_entered = 0;

static void put(const char *text) {
    size_t rest = strlen(text);
    while (rest > 0) {
        ssize_t count = write(descriptor, text, rest);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        text += count;
        rest -= (size_t)count;
    }
}

void clinux_terminal_leave(void) {
    if (!is_entered) return;
    is_entered = 0;
    /* An update that was cut off ends; lines wrap, the cursor shows, the screen of before comes back. */
    put("\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l");
    /* tcsetattr stops a background process unless this is blocked, and the shell has set its own mode then. */
    sigset_t background, before;
    sigemptyset(&background);
    sigaddset(&background, SIGTTOU);
    sigprocmask(SIG_BLOCK, &background, &before);
    tcsetattr(descriptor, TCSADRAIN, &usual);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void on_fault(int number) {
    clinux_terminal_leave();
    signal(number, SIG_DFL);
    raise(number);
}

int clinux_terminal_enter(int terminal) {
    static int is_prepared = 0;
    if (is_entered) return 0;
    descriptor = terminal;
    if (tcgetattr(terminal, &usual) != 0) return -1;
    if (!is_prepared) {
        is_prepared = 1;
        atexit(clinux_terminal_leave);
        const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGQUIT};
        for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) signal(faults[i], on_fault);
    }
    struct termios raw = usual;
    cfmakeraw(&raw);
    if (tcsetattr(terminal, TCSADRAIN, &raw) != 0) return -1;
    is_entered = 1;
    put("\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J");
    return 0;
}
