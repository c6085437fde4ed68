import Jobs

/// How a job is enqueued, beside its type and payload.
public struct EnqueueOptions: Sendable {
    /// What a job asks of one that it comes after.
    public enum Condition: String, Sendable {
        /// It succeeded.
        case succeeded
        /// It ended in whatever way.
        case finished
        /// It failed for good.
        case failed
    }

    /// What makes an enqueue idempotent: at most one job holds a key at a time.
    public struct Key: Sendable, ExpressibleByStringLiteral {
        /// How long a job holds its key.
        public enum Scope: String, Sendable {
            /// Until its first attempt.
            case pending
            /// Until it ends.
            case unfinished
            /// For as long as the job is stored.
            case forever
        }

        /// What happens when another job holds the key.
        public enum Conflict: String, Sendable {
            /// That job stands for the new one, if both ask for the same work; else the enqueue throws.
            case keep
            /// That job takes over the new one's work, if it has not started; else the enqueue throws.
            case replace
            /// The enqueue throws.
            case reject
        }

        /// The key itself.
        public var text: String
        /// By default ``Scope/unfinished``.
        public var scope: Scope
        /// By default ``Conflict/keep``.
        public var conflict: Conflict

        /// Makes a key.
        public init(_ text: String, scope: Scope = .unfinished, conflict: Conflict = .keep) {
            self.text = text
            self.scope = scope
            self.conflict = conflict
        }

        /// A key that is held until the job ends.
        public init(stringLiteral text: String) { self.init(text) }
    }

    /// 0 to 99, higher first.
    public var priority = 5
    /// What the job is called, for people and in its ``JobOutcome``.
    public var name: String?
    /// The stream that it belongs to; runners may serve some only. Made when it is new.
    public var queue = "default"
    /// Jobs that must end before this one starts. Where one ends otherwise, this one is skipped.
    public var after: [JobID: Condition] = [:]
    /// By default none.
    public var key: Key?
    /// How long the job waits at least before it starts.
    public var delay: Duration = .zero
    /// Attempts after the first. Between them it waits 1 s, 2 s, 4 s … at most, up to 5 minutes.
    public var retries = 3
    /// Of each attempt; the handler's task is cancelled then. By default none.
    public var timeout: Duration?
    /// Units of each pool that the job holds while it runs, over all runners of the database.
    public var pools: [String: Int] = [:]
    /// What all processes of the job may have resident together, in MiB, where processes execute it; handlers share
    /// their program's memory. By default none.
    public var memoryLimit: Int?

    /// The defaults.
    public init() {}

    /// The defaults with a few changes.
    public init(
        priority: Int = 5, name: String? = nil, after: [JobID] = [], key: Key? = nil, delay: Duration = .zero,
        retries: Int = 3, timeout: Duration? = nil
    ) {
        self.priority = priority
        self.name = name
        self.after = Dictionary(after.map { ($0, .succeeded) }) { first, _ in first }
        self.key = key
        self.delay = delay
        self.retries = retries
        self.timeout = timeout
    }

    /// - Parameter now: milliseconds of Unix time.
    func spec(type: String, data: String, now: Int) throws -> JobSpec {
        try TypeName.require(type)
        guard (0...99).contains(priority) else {
            throw WeirError(.invalid, "a priority is a whole number from 0 to 99, not \(priority)")
        }
        guard (0...1_000_000).contains(retries) else {
            throw WeirError(.invalid, "retries are a whole number from 0 to 1,000,000, not \(retries)")
        }
        guard timeout.map({ $0 > .zero }) ?? true else {
            throw WeirError(.invalid, "a timeout is longer than nothing; leave it out for none")
        }
        guard !queue.isEmpty else { throw WeirError(.invalid, "a queue has a name") }
        if let amount = pools.first(where: { $0.value < 1 || $0.key.isEmpty }) {
            throw WeirError(.invalid, "a job holds one unit of pool '\(amount.key)' or more, not \(amount.value)")
        }
        var spec = JobSpec(type: type, data: data)
        spec.priority = priority
        spec.name = name
        spec.queue = queue
        spec.pools = pools
        spec.runAt = delay > .zero ? Timestamp(now + delay.roundedMilliseconds) : nil
        spec.retries = retries
        spec.timeout = timeout.map(\.roundedMilliseconds)
        spec.memoryLimit = memoryLimit.map { $0 * 1_024 }
        spec.dependencies = after.sorted { $0.key < $1.key }.map { job, condition in
            JobSpec.Dependency(.stored(job.stored), Jobs.Condition(rawValue: condition.rawValue) ?? .succeeded)
        }
        spec.key = key.map { key in
            UniqueKey(
                key.text, scope: UniqueKey.Scope(rawValue: key.scope.rawValue) ?? .unfinished,
                conflict: UniqueKey.Conflict(rawValue: key.conflict.rawValue) ?? .keep)
        }
        return spec
    }
}
