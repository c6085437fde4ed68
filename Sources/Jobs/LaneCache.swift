/// What lanes hold, by lane. A committed lane's limits never change and its id is never given again, so that what was
/// read once stays true; bounded all the same, since lanes come and go with runs.
final class LaneCache {
    private var limits: [Int: [LaneLimit]] = [:]
    private static let bound = 50_000

    subscript(lane: Int) -> [LaneLimit]? {
        get { limits[lane] }
        set {
            if limits.count >= Self.bound { limits.removeAll(keepingCapacity: true) }
            limits[lane] = newValue
        }
    }

    /// After a transaction that was undone.
    func removeAll() { limits.removeAll(keepingCapacity: true) }
}

/// The amount of one limit that each job of a lane holds while it runs.
struct LaneLimit: Equatable {
    let limit: Int
    let amount: Int
}

/// A job's place in the order of claims: priority, then the longest path below, then age.
struct LaneHead: Equatable {
    let priority: Int
    let path: Int
    let id: Int

    func goesBefore(_ other: LaneHead) -> Bool {
        if priority != other.priority { return priority > other.priority }
        if path != other.path { return path > other.path }
        return id < other.id
    }
}
