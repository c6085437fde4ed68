import Jobs

/// What the next turn tells the store of a claimed job.
struct AttemptReport {
    enum Ending {
        case outcome(Outcome)
        /// Its own condition does not hold.
        case skip(String)
        case park(Parking)
        /// It was not started, and is as if it had not been claimed.
        case giveBack
    }

    let claim: Claim
    let ending: Ending
    /// `nil`: no process took part.
    var attempt: RunningAttempt?

    init(_ claim: Claim, _ ending: Ending, attempt: RunningAttempt? = nil) {
        self.claim = claim
        self.ending = ending
        self.attempt = attempt
    }
}
