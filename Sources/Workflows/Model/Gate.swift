package import JSON

/// What a metric in a job's result must be.
package struct Gate: Sendable, Equatable {
    /// The metric's name, as the result has it: `test_coverage`.
    package let metric: String
    /// The requirement as written: `>= 95%`, `required`, `true`, `10`.
    package let threshold: JSONValue
    package let requirement: Requirement
    package let place: Place

    package enum Comparison: String, Sendable, Equatable {
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"
        case equal = "=="
        case different = "!="
    }

    package enum Requirement: Sendable, Equatable {
        /// Present, and not false, null or empty.
        case required
        case isTrue
        case isFalse
        case compare(Comparison, Double, unit: Unit)
        /// Both ends belong to it.
        case range(ClosedRange<Double>, unit: Unit)
        case text(String)
    }

    package enum Unit: Sendable, Equatable {
        case none
        case percent
        /// `90/100` has 100.
        case outOf(Double)
    }
}
