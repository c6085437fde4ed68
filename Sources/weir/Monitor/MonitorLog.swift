import Engine
import Jobs
import Terminals

/// The output of one job, as far as the monitor keeps it: the last lines.
struct MonitorLog {
    let job: JobID
    private let store: JobStore
    private var attempt = 0
    private var next = 0
    private var jobState = JobState.ready
    private var lines: [String] = []
    /// The bytes of the line that goes on.
    private var open: [UInt8] = []

    private static let keptLines = 5_000
    /// Longer lines are cut: nobody looks at more.
    private static let lineBytes = 4_096
    /// Pieces that are read at once, each in a snapshot of its own.
    private static let batch = 16

    init(job: JobID, store: JobStore) {
        self.job = job
        self.store = store
    }

    /// Reads what came since the last call; an attempt that began meanwhile goes on below.
    mutating func read() throws {
        while true {
            let last = try store.look { try $0.lastAttempt(of: job) }
            jobState = last.state
            if attempt == 0 { attempt = last.attempt }
            if attempt > 0 { try drain() }
            guard attempt < last.attempt else { return }
            attempt += 1
            next = 0
            endLine()
            append("──── attempt \(attempt) ────")
        }
    }

    private mutating func drain() throws {
        while true {
            let pieces = try store.look {
                try $0.output(of: job, attempt: attempt, from: next, stream: nil, count: Self.batch)
            }
            for piece in pieces {
                if piece.start > next {
                    endLine()
                    append("[… \(piece.start - next) bytes not kept …]")
                }
                take(piece.bytes)
                next = piece.start + piece.length
            }
            guard pieces.count == Self.batch else { return }
        }
    }

    private mutating func take(_ bytes: [UInt8]) {
        for byte in bytes {
            if byte == 0x0A {
                append(Self.text(of: open))
                open = []
            } else if open.count < Self.lineBytes || byte == 0x0D {
                // A carriage return begins the line anew, as progress bars do; one before the line's end does nothing.
                if open.last == 0x0D { open = [] }
                open.append(byte)
            }
        }
    }

    private mutating func endLine() {
        guard !open.isEmpty else { return }
        append(Self.text(of: open))
        open = []
    }

    private mutating func append(_ line: String) {
        lines.append(line)
        if lines.count > Self.keptLines * 2 { lines.removeFirst(lines.count - Self.keptLines) }
    }

    private static func text(of bytes: [UInt8]) -> String {
        String(decoding: bytes.last == 0x0D ? bytes.dropLast() : bytes[...], as: UTF8.self)
    }

    /// Draws a head and as many lines as fit, the last ones unless the user went up.
    func draw(into grid: inout Grid, top: Int, height: Int, state: MonitorState) {
        let word = attempt == 0 ? "not started yet" : "attempt \(attempt)"
        let follows = state.logOffset == 0
        let title = " Log of job \(job)  \(word), \(jobState.rawValue)\(follows ? "" : "  (scrolled; End follows)")"
        grid.write(title, row: top, column: 0, fitting: grid.columns, style: Style(.cyan, bold: true))
        let all = open.isEmpty ? lines : lines + [Self.text(of: open)]
        let room = height - 1
        guard !all.isEmpty else {
            grid.write("no output yet", row: top + 1, column: 1, fitting: grid.columns - 1, style: Style(dim: true))
            return
        }
        let offset = min(state.logOffset, max(0, all.count - room))
        let end = all.count - offset
        for (index, line) in all[max(0, end - room)..<end].enumerated() {
            let characters = VisibleText.characters(of: line).dropFirst(state.logColumn)
            grid.write(String(characters), row: top + 1 + index, column: 0, width: grid.columns)
        }
    }

    /// How far up there is something to see.
    func highestOffset(rows: Int) -> Int { max(0, lines.count + (open.isEmpty ? 0 : 1) - rows) }
}
