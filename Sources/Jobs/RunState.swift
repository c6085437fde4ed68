/// Where a run is in its life.
package enum RunState: String, Sendable, CaseIterable {
    case pending  // nothing of it was claimed yet
    case running
    case paused
    case succeeded, failed, cancelled  // final

    package var isFinal: Bool {
        switch self {
        case .succeeded, .failed, .cancelled: true
        case .pending, .running, .paused: false
        }
    }
}
