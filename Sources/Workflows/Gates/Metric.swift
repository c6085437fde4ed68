import JSON

/// A value that a job reported, with what it counts in.
struct Metric {
    private enum Unit {
        case none, percent, ratio
        case outOf(Double)
    }

    private let value: Double
    private let unit: Unit

    /// Numbers, texts such as `95%`, `46/50` and `12`, and `{value: 0.95, unit: ratio}`; `nil`: no quantity.
    init?(_ actual: JSONValue) {
        switch actual {
        case .integer, .bigInteger, .decimal:
            guard let number = actual.number, number.isFinite else { return nil }
            (value, unit) = (number, .none)
        case .string(let text):
            guard text.utf8.count <= GateText.maximumLength else { return nil }
            var scanner = GateScanner(text)
            guard let quantity = scanner.lastQuantity() else { return nil }
            value = quantity.value
            unit =
                switch quantity.unit {
                case .none: .none
                case .percent: .percent
                case .outOf(let whole): .outOf(whole)
                }
        case .object(let members):
            guard let inner = members["value"].flatMap(Metric.init), let unit = Self.unit(members, or: inner.unit)
            else { return nil }
            (value, self.unit) = (inner.value, unit)
        default: return nil
        }
    }

    private static func unit(_ members: [String: JSONValue], or inner: Unit) -> Unit? {
        if let whole = members["out_of"] ?? members["outOf"] {
            return whole.number.flatMap { $0 > 0 ? .outOf($0) : nil }
        }
        switch members["unit"] {
        case nil, .null?: return inner
        case .string("ratio")?: return .ratio
        case .string("percent")?, .string("%")?: return .percent
        case .string("none")?, .string("")?, .string("count")?: return Unit.none
        default: return nil
        }
    }

    /// The value in the unit of a threshold. A bare number is taken to be in that unit already: 95 is compared
    /// with `95%`, and 0.95 is less than one per cent.
    func value(in threshold: Gate.Unit) -> Double {
        let share: Double
        switch unit {
        case .none: return value
        case .percent: share = value / 100
        case .ratio: share = value
        case .outOf(let whole): share = value / whole
        }
        switch (threshold, unit) {
        case (.none, _), (.percent, .percent): return value
        case (.percent, _): return Self.clean(share * 100)
        case (.outOf(let whole), .outOf(let own)) where whole == own: return value
        case (.outOf(let whole), _): return Self.clean(share * whole)
        }
    }

    /// Without the last digits, where conversions leave errors: 0.57 is 57%, not 56.99999999999999%.
    private static func clean(_ value: Double) -> Double {
        abs(value) < 1e5 ? (value * 1e10).rounded() / 1e10 : value
    }
}
