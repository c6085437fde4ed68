import Engine
import Jobs

/// Reads the output of a job piece by piece, each in a short snapshot, so that neither memory nor the log grows with it.
struct LogReader {
    let store: JobStore
    let job: JobID
    /// `nil`: both.
    let stream: Int?
    var printer: LogPrinter
    private var attempt = 0
    private var next = 0

    /// Pieces that are read at once: up to 1 MiB, as runners store them.
    private static let batch = 16

    init(store: JobStore, job: JobID, stream: Int?, printer: LogPrinter) {
        self.store = store
        self.job = job
        self.stream = stream
        self.printer = printer
    }

    /// Prints what is there.
    ///
    /// - Parameter wanted: `nil`: the last attempt.
    mutating func print(attempt wanted: Int?) throws {
        let last = try store.look { try $0.lastAttempt(of: job) }
        attempt = try check(wanted, last.attempt) ?? last.attempt
        try drain()
        printer.finish()
    }

    /// Prints until the job, or the attempt that was asked for, has ended.
    mutating func follow(from wanted: Int?) throws {
        let waiter = try ChangeWaiter(store: store)
        while true {
            // Asked before the output is read: what comes after an end was written before it.
            let last = try store.look { try $0.lastAttempt(of: job) }
            if attempt == 0 { attempt = try check(wanted, last.attempt) ?? last.attempt }
            try drain()
            if attempt < last.attempt, wanted == nil {
                printer.finish()
                attempt += 1
                next = 0
                if attempt > 1 { StandardError.print("weir: attempt \(attempt) begins") }
                continue
            }
            if last.state.isFinal || attempt < last.attempt { break }
            _ = try waiter.wait()
        }
        printer.finish()
    }

    private func check(_ wanted: Int?, _ last: Int) throws -> Int? {
        guard let wanted, wanted > last else { return wanted }
        let had = last == 0 ? "was not started yet" : "has had \(last) attempt\(last == 1 ? "" : "s")"
        throw Failure("job \(job) \(had), so there is no attempt \(wanted)")
    }

    private mutating func drain() throws {
        while true {
            let pieces = try store.look {
                try $0.output(of: job, attempt: attempt, from: next, stream: stream, count: Self.batch)
            }
            for piece in pieces {
                if piece.start > next { printer.gap(piece.start - next) }
                if !piece.bytes.isEmpty { printer.print(piece.bytes, stream: piece.stream) }
                next = piece.start + piece.length
            }
            guard pieces.count == Self.batch else { return }
        }
    }
}
