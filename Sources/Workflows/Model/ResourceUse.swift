/// What a step takes from a pool while it runs.
package struct ResourceUse: Sendable, Hashable {
    package let pool: String
    package let amount: Int
    /// Where the use is in the file.
    package let place: Place
}
