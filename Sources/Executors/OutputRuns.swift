/// Which stream wrote which part of the output: stretches of one stream each, in order.
struct OutputRuns {
    struct Run {
        var start: Int
        var stream: OutputStream
    }

    /// Those before `first` were dropped; they are removed in bulk.
    private var runs: [Run] = []
    private var first = 0

    var count: Int { runs.count - first }

    /// Notes that `stream` wrote from `offset` on.
    mutating func note(_ stream: OutputStream, at offset: Int) {
        if first < runs.count, runs[runs.count - 1].stream == stream { return }
        runs.append(Run(start: offset, stream: stream))
    }

    /// The run that holds `offset`, and where it ends when all runs end at `end`.
    func run(at offset: Int, end: Int) -> (stream: OutputStream, end: Int) {
        var low = first
        var high = runs.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if runs[middle].start <= offset { low = middle } else { high = middle }
        }
        return (runs[low].stream, low + 1 < runs.count ? runs[low + 1].start : end)
    }

    /// Where the second run begins, or nil when there is none.
    var secondStart: Int? { count > 1 ? runs[first + 1].start : nil }

    /// Forgets what lies before `offset`, and tells which streams lost something.
    mutating func drop(before offset: Int, lost: (OutputStream) -> Void) {
        while first < runs.count, runs[first].start < offset {
            lost(runs[first].stream)
            if first + 1 < runs.count, runs[first + 1].start <= offset {
                first += 1
            } else {
                runs[first].start = offset
            }
        }
        if first > 1024, first > runs.count / 2 {
            runs.removeFirst(first)
            first = 0
        }
    }
}
