import Executors
import Jobs

/// What the system would refuse when the job starts is refused when it is enqueued.
enum SpecCheck {
    /// - Throws: `ArgumentError`, `Failure`.
    static func check(_ spec: JobSpec) throws {
        guard !spec.command.isEmpty else { throw Failure("the command is empty") }
        let argv = spec.shell ? ["/bin/sh", "-c", spec.command, "sh"] : [spec.command]
        if let type = spec.type { try NameCheck.type(type) }
        try ArgumentLimits.check(argv: argv + spec.arguments, environment: spec.environment)
        try NameCheck.queue(spec.queue)
        if let key = spec.key?.text, key.isEmpty { throw Failure("the key is empty; leave it out to have none") }
        for pool in spec.pools.keys { try NameCheck.pool(pool) }
        for (what, text) in [("name", spec.name), ("key", spec.key?.text), ("directory", spec.directory)] {
            guard let text, text.utf8.contains(0) else { continue }
            throw Failure("the \(what) holds a NUL byte")
        }
    }
}
