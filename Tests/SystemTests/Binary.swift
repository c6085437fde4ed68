import Glibc
import TestSupport

/// The program under test, and how much of a test is run.
enum Binary {
    /// `$WEIR_BINARY`, else the one that was built beside the tests.
    static let path = variable("WEIR_BINARY") ?? besideTests()

    /// `WEIR_STORM=full`: the sizes that a release must stand, and figures of speed.
    static let isFull = variable("WEIR_STORM") == "full"

    static func size(_ usual: Int, full: Int) -> Int { isFull ? full : usual }

    static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private static func besideTests() -> String {
        var bytes = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &bytes, bytes.count - 1)
        let path = String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The tests of other platforms' layouts lie in a bundle.
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        return "/\(folder)/weir"
    }
}

/// Milliseconds of Unix time, as the database has them.
func wallClock() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
}

/// Polls until `condition` holds.
///
/// - Throws: a `TestFailure` that says what did not come, after `seconds`.
func eventually(
    _ what: String, within seconds: Int = 120, every microseconds: UInt32 = 5_000, _ condition: () throws -> Bool
) throws {
    let deadline = wallClock() + seconds * 1_000
    while !(try condition()) {
        guard wallClock() < deadline else { throw TestFailure("not within \(seconds) s: \(what)") }
        usleep(microseconds)
    }
}

/// Sorted, the value below which the share lies.
func percentile(_ share: Double, _ values: [Int]) -> Int {
    let sorted = values.sorted()
    guard let last = sorted.indices.last else { return 0 }
    return sorted[min(last, Int((Double(sorted.count) * share).rounded(.up)) - (share > 0 ? 1 : 0))]
}

/// A figure for whoever runs the full sizes.
func report(_ line: String) {
    let bytes = Array("storm: \(line)\n".utf8)
    write(STDERR_FILENO, bytes, bytes.count)
}

/// Times in milliseconds.
func describe(_ times: [Int]) -> String {
    "\(times.count) times, p50 \(percentile(0.5, times)) ms, p95 \(percentile(0.95, times)) ms, max \(times.max() ?? 0) ms"
}
