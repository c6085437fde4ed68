/// What jobs wrote outside of the database: `start`, `end` and `overlap` lines with job, attempt, token and time.
struct Ledger {
    struct Entry: Equatable {
        let event: String
        let job: Int
        let attempt: Int
        let lease: String
        /// Hundredths of a second since boot.
        let time: Int
        let note: String
    }

    let entries: [Entry]

    init(_ text: String) {
        entries = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count >= 5, let job = Int(fields[1]), let attempt = Int(fields[2]) else { return nil }
            return Entry(
                event: String(fields[0]), job: job, attempt: attempt, lease: String(fields[3]),
                time: Int(fields[4].filter { $0 != "." }) ?? 0,
                note: fields.count > 5 ? String(fields[5]) : "")
        }
    }

    func count(_ event: String) -> Int { entries.count { $0.event == event } }
    func starts(of job: Int) -> Int { entries.count { $0.event == "start" && $0.job == job } }

    /// Attempts that started more than once.
    var repeated: [String] {
        var seen: Set<String> = []
        return entries.filter { $0.event == "start" && !seen.insert($0.lease).inserted }.map(\.lease)
    }

    /// The script that jobs execute. It holds a lock of its job's own for life, which its descendants hold too.
    /// Arguments: seconds to sleep; `plain`, `session` (leaves a child in a session of its own) or `bare` (and one that
    /// has no environment either).
    static let script = """
        #!/bin/sh
        note() { read up rest < /proc/uptime; echo "$1 $WEIR_JOB $WEIR_ATTEMPT $WEIR_LEASE $up $2" >> "$LEDGER"; }
        exec 9> "$LEDGER.lock.$WEIR_JOB"
        flock -n 9 || note overlap
        note start $3
        case "$2" in
        session) setsid sleep 30 & ;;
        bare) setsid env -i sleep 30 & ;;
        esac
        sleep "$1"
        note end $3
        """
}
