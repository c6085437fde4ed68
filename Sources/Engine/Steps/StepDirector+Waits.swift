import CLinux
import Glibc
import JSON
import Jobs
import Workflows

/// Steps that wait for somebody, or for a moment.
extension StepDirector {
    func approve(_ approval: Approval) throws -> Decision {
        guard claim.phase > 0 else {
            let message = try approval.message?.text(in: scope) ?? step.name
            return .park(
                Parking(.signal(until: deadline()), memo: JSONValue.object(["message": .string(message)]).text))
        }
        guard let text = claim.signal, let decision = try? JSONValue(parsing: text) else {
            return .fail("nobody decided in time")
        }
        if decision["approved"] == .bool(true) { return .succeed(result: text) }
        let by = decision["by"]?.string.map { " by \($0)" } ?? ""
        return .fail("rejected\(by)" + (decision["comment"]?.string.map { ": \($0)" } ?? ""))
    }

    func wait(_ wait: Wait) throws -> Decision {
        switch wait {
        case .signal:
            guard claim.phase > 0 else {
                return .park(
                    Parking(.signal(until: deadline()), memo: JSONValue.object(["message": .string(step.name)]).text))
            }
            guard let text = claim.signal, let signal = try? JSONValue(parsing: text) else {
                return .fail("the signal did not come in time")
            }
            guard signal["approved"] != .bool(false) else { return .fail("the signal was a rejection") }
            return .succeed(result: (signal["value"] ?? signal).text)
        case .duration(let template):
            guard claim.phase == 0 else { return .succeed(result: nil) }
            let text = try template.text(in: scope)
            guard let length = WaitText.milliseconds(text) else {
                throw StepFailure("'\(text)' is no duration, such as 90s, 5m or '1 minute 30 seconds'")
            }
            return .park(Parking(.until(store.timekeeper.now().advanced(by: length))))
        case .until(let template):
            guard claim.phase == 0 else { return .succeed(result: nil) }
            let text = try template.text(in: scope)
            guard let moment = Self.moment(text) else {
                throw StepFailure("'\(text)' is no moment, such as 2030-01-31T08:00:00Z")
            }
            return .park(Parking(.until(moment)))
        }
    }

    private func deadline() -> Timestamp? {
        step.timeout.map { store.timekeeper.now().advanced(by: $0.wholeMilliseconds) }
    }

    /// UTC, unless it says otherwise: `Z`, `+02:00`, `UTC`, `GMT`.
    private static func moment(_ text: String) -> Timestamp? {
        for format in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"] {
            var time = tm()
            guard let rest = clinux_strptime(text, format, &time).map({ String(cString: $0) }) else { continue }
            let zone = rest.filter { $0 != " " && $0 != ":" }
            var offset = 0
            switch zone {
            case "", "Z", "UTC", "GMT": break
            default:
                guard zone.count == 5, let sign = zone.first, sign == "+" || sign == "-",
                    let number = Int(zone.dropFirst())
                else { continue }
                offset = (number / 100 * 3600 + number % 100 * 60) * (sign == "-" ? -1 : 1)
            }
            return Timestamp((timegm(&time) - offset) * 1000)
        }
        return nil
    }
}
