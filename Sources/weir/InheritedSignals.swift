import Glibc

enum InheritedSignals {
    /// Lets every signal through again: who started this process may have blocked them (threads of libdispatch do, and
    /// masks are inherited), and then nothing but SIGKILL would end a command.
    static func unblock() {
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
    }
}
