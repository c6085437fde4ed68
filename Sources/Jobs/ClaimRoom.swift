/// How many more jobs of one type a runner can do with.
package struct ClaimRoom: Sendable, Equatable {
    /// Each begins at once, in a slot.
    package var now: Int
    /// Those that wait for one of the others to end.
    package var ahead: Int

    package init(now: Int, ahead: Int) {
        self.now = now
        self.ahead = ahead
    }

    var total: Int { now + ahead }
}

/// How many jobs of which types a claim still takes.
struct ClaimOrder {
    private var slots: Int
    private var room: [String: ClaimRoom]
    /// Those that are still looked for.
    private(set) var types: [String]

    init(slots: Int, room: [String: ClaimRoom], types: [String]) {
        self.slots = slots
        self.room = room
        self.types = types.filter { room[$0].map { $0.total > 0 } ?? true }
    }

    /// Jobs of the best lane that may be taken; 0: this one would have to wait for a slot, and nobody overtakes it.
    /// `nil`: there is no room for its type, which is looked for no more.
    mutating func most(of type: String, hasLimits: Bool) -> Int? {
        guard let room = room[type] else { return slots }
        // What waits for its turn must not hold what others could use meanwhile.
        let most = hasLimits ? min(slots, room.now) : min(slots, room.now) + room.ahead
        guard most == 0, room.now == 0 else { return most }
        types.removeAll { $0 == type }
        return nil
    }

    mutating func take(_ count: Int, of type: String) {
        guard let room = room[type] else {
            slots -= count
            return
        }
        let begun = min(count, room.now, slots)
        slots -= begun
        self.room[type] = ClaimRoom(now: room.now - begun, ahead: room.ahead - (count - begun))
    }

    var isDone: Bool { slots <= 0 && !room.values.contains { $0.ahead > 0 } }
}
