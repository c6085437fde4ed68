import SQLite

/// How many jobs of one name may be handed out to remote workers within any span of time of some length.
package struct RemoteRate: Sendable, Equatable {
    package let most: Int
    package let milliseconds: Int

    /// - Parameters:
    ///   - most: at least 1.
    ///   - milliseconds: the span, at least 1.
    package init(most: Int, milliseconds: Int) {
        self.most = most
        self.milliseconds = milliseconds
    }
}

/// What was handed out lately, of names that have a rate.
extension JobTransaction {
    // A clock that was set back leaves moments that are yet to come: they say nothing.
    private static let forgetHandoutsSQL: SQL = """
        DELETE FROM handouts
        WHERE name = :name AND (at <= :now - :span OR at > :now)
        """
    private static let noteHandoutsSQL: SQL = """
        INSERT INTO handouts(name, at, amount)
        VALUES (:name, :now, :amount)
        ON CONFLICT DO UPDATE SET amount = amount + excluded.amount
        """
    static let handoutsSQL: SQL = """
        SELECT at, amount
        FROM handouts
        WHERE name = :name AND at > :now - :span AND at <= :now
        ORDER BY at
        """

    /// How many may be handed out now.
    func room(within rate: RemoteRate, of name: String) throws -> Int {
        try connection.execute(Self.forgetHandoutsSQL, name, now, rate.milliseconds)
        return rate.most - (try handouts(within: rate, of: name).reduce(0) { $0 + $1.amount })
    }

    func note(_ amount: Int, handedOutOf name: String) throws {
        try connection.execute(Self.noteHandoutsSQL, name, now, amount)
    }

    /// Milliseconds until there is room for another; `nil`: there is now. It only reads.
    package func wait(for rate: RemoteRate, of name: String) throws -> Int? {
        var left = try handouts(within: rate, of: name)
        var sum = left.reduce(0) { $0 + $1.amount }
        guard sum >= rate.most else { return nil }
        var last = now.rawValue
        while sum >= rate.most, !left.isEmpty {
            let first = left.removeFirst()
            sum -= first.amount
            last = first.at
        }
        return max(1, last + rate.milliseconds - now.rawValue)
    }

    private func handouts(within rate: RemoteRate, of name: String) throws -> [(at: Int, amount: Int)] {
        try connection.all(Self.handoutsSQL, name, now, rate.milliseconds) { ($0.int(0), $0.int(1)) }
    }
}
