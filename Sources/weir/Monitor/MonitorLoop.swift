import Engine
import Glibc
import Jobs
import SQLite
import Terminals

/// The monitor on a terminal: waits, reads, draws, and does what its user wants.
final class MonitorLoop {
    /// Milliseconds between two looks at the most and at the least: times pass, and rates with them.
    private static let longestPause = 1_000
    private static let shortestPause = 100

    private let store: JobStore
    private let screen: Screen
    private let waiter: ChangeWaiter
    private var reader: MonitorReader
    private var state = MonitorState()
    private var snapshot = MonitorSnapshot()
    private var log: MonitorLog?
    private var isStale = true
    private var readAt = 0
    /// How long the next look waits, so that the looks take a small share of the time however much there is to count.
    private var pause = shortestPause

    init(store: JobStore, screen: Screen) throws {
        self.store = store
        self.screen = screen
        waiter = try ChangeWaiter(store: store)
        reader = MonitorReader(store: store)
    }

    /// Returns when its user quits: the signal that asked for it, if one did.
    func run() throws -> Int32? {
        waiter.watch()
        try look()
        while true {
            draw()
            let now = store.timekeeper.boottime()
            let due = isStale ? readAt + pause : readAt + max(pause, Self.longestPause)
            let end = min(due, max(waiter.nextLook, now + 1))
            for event in screen.wait(alsoFor: [waiter.descriptor], atMost: max(0, end - now)) {
                switch event {
                case .redraw: break
                case .end(let signal): return signal
                case .key(let key):
                    guard let wish = state.press(key, snapshot) else { continue }
                    if wish == .quit { return nil }
                    fulfil(wish)
                }
            }
            if try changed() { isStale = true }
            let later = store.timekeeper.boottime()
            if later >= readAt + (isStale ? pause : max(pause, Self.longestPause)) { try look() }
        }
    }

    private var busy = SQLiteErrorPatience()

    private func changed() throws -> Bool { try busy.forgive(false) { try waiter.takeUp() } }

    private func look() throws {
        let start = store.timekeeper.boottime()
        try busy.forgive(()) {
            snapshot = try reader.read()
            state.follow(snapshot)
            try log?.read()
        }
        if let log { state.logOffset = min(state.logOffset, log.highestOffset(rows: state.pageRows)) }
        readAt = store.timekeeper.boottime()
        pause = max(Self.shortestPause, (readAt - start) * 10)
        isStale = false
    }

    private func draw() {
        let size = screen.size
        var grid = Grid(columns: size.columns, rows: size.rows)
        let view = MonitorView(snapshot: snapshot, state: state, path: store.path, now: store.timekeeper.now())
        state.pageRows = view.draw(into: &grid, log: log)
        screen.show(grid)
    }

    private func fulfil(_ wish: MonitorState.Wish) {
        do {
            switch wish {
            case .quit: break
            case .suspend: screen.suspend()
            case .openLog(let job):
                log = MonitorLog(job: job, store: store)
                try log?.read()
            case .closeLog: log = nil
            case .cancel(let job): state.message = try cancel(job)
            case .retry(let job):
                let jobs = try store.write { try $0.retry(job) }
                state.message = "job \(job): ready again" + (jobs.count > 1 ? ", with \(jobs.count - 1) others" : "")
            case .setPaused(let pauses, let queue):
                try store.write { try $0.setPaused(pauses, queue: queue) }
                state.message = "queue \(queue): \(pauses ? "paused" : "open")"
            }
        } catch {
            state.message = Failure(error).message
            if state.overlay == .log { (state.overlay, log) = (nil, nil) }
        }
        // What this process commits, it is not told of.
        isStale = true
        readAt -= Self.longestPause
    }

    private func cancel(_ job: JobID) throws -> String {
        switch try store.write({ try $0.cancel(job) }) {
        case .cancelled: "job \(job): cancelled"
        case .requested: "job \(job): asked to stop"
        case .alreadyFinal(let state): "job \(job): already \(state.rawValue), nothing to do"
        }
    }
}

/// Goes without an answer while the database cannot give one, for a while.
struct SQLiteErrorPatience {
    private var failures = 0
    private static let bound = 50

    mutating func forgive<Result>(_ otherwise: Result, _ body: () throws -> Result) throws -> Result {
        do {
            let result = try body()
            failures = 0
            return result
        } catch let error as SQLiteError where error.isBusy && failures < Self.bound {
            failures += 1
            return otherwise
        }
    }
}
