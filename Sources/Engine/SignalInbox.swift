import CLinux
import Glibc

/// Signals that the loop takes as events. They are blocked in every thread that starts afterwards, so make it before
/// any other thread; scripts start with nothing blocked.
final class SignalInbox {
    let descriptor: Int32
    private var before = sigset_t()

    init(_ signals: [Int32]) throws(SystemCallError) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, &before)
        descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
        guard descriptor >= 0 else { throw SystemCallError("signalfd") }
    }

    deinit {
        close(descriptor)
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }

    /// What came, in order, without waiting.
    func drain() -> [Int32] {
        var signals: [Int32] = []
        var info = signalfd_siginfo()
        while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size {
            signals.append(Int32(info.ssi_signo))
        }
        return signals
    }
}
