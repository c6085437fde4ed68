/// Which part of an ended run is to run again.
package enum RerunScope: Sendable, Equatable {
    /// What failed, was cancelled, or was skipped through an error.
    case failed
    /// This step and all that depends on it, succeeded ones included.
    case from(String)
    case restart
}
