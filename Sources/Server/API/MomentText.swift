import Glibc
import Jobs

/// Moments as ISO 8601 writes them in UTC: `2030-01-31T08:00:00Z`, with or without a fraction.
enum MomentText {
    static func parse(_ text: String) -> Timestamp? {
        guard
            let match = text.wholeMatch(
                of: /(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|\+00:00)/)
        else { return nil }
        let parts = [match.1, match.2, match.3, match.4, match.5, match.6 ?? "0"].map { Int32($0) ?? 0 }
        guard (1...12).contains(parts[1]), (1...31).contains(parts[2]), parts[3] < 24, parts[4] < 60, parts[5] < 60
        else { return nil }
        var time = tm()
        (time.tm_year, time.tm_mon, time.tm_mday) = (parts[0] - 1900, parts[1] - 1, parts[2])
        (time.tm_hour, time.tm_min, time.tm_sec) = (parts[3], parts[4], parts[5])
        let seconds = timegm(&time)
        // The 31st of a shorter month would become another day.
        guard time.tm_mday == parts[2] else { return nil }
        let fraction = (match.7.map(String.init) ?? "").padded(to: 3)
        return Timestamp(seconds * 1_000 + (Int(fraction) ?? 0))
    }
}

extension String {
    /// The first `count` digits of a fraction.
    fileprivate func padded(to count: Int) -> String {
        String((self + String(repeating: "0", count: count)).prefix(count))
    }
}
