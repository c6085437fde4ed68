/// What a number in a workflow can be.
enum Limits {
    /// Capacities, amounts and steps at once.
    static let amounts = 1...1_000_000
    static let retries = 0...1000
    static let priorities = 0...99
}
