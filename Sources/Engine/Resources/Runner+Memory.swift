import Executors
import Jobs
import Logging

/// Attempts with a limit of memory, where the kernel does not bound it.
extension Runner {
    /// Milliseconds between two looks.
    private static let interval = 30
    /// When some attempt has more than half of what it may have.
    private static let shortInterval = 10
    /// A look takes no more than this part of the loop's time: on a host of very many processes there are fewer.
    private static let share = 20

    /// The limit of a new attempt, under which its processes are to be started.
    func makeMemory(for claim: Claim) -> AttemptMemory? {
        guard let limit = claim.memoryLimit else { return nil }
        let group = resources.groups?.make(named: "\(claim.job)-\(claim.leaseToken)", limitKiB: limit)
        if group == nil, resources.nextLook == nil { resources.nextLook = now + Self.shortInterval }
        return AttemptMemory(limit: limit, group: group)
    }

    /// Looks at what attempts with a limit use, if it is time to. Who has too much is killed at once.
    func watchMemory(at now: Int) {
        guard let due = resources.nextLook, due <= now else { return }
        let watched = attempts.values.filter { $0.memory != nil && $0.memory?.group == nil && $0.end == nil }
        guard !watched.isEmpty else {
            resources.nextLook = nil
            return
        }
        var limits: [UInt64: Int] = [:]
        for attempt in watched { limits[attempt.mark] = attempt.memory?.limit }
        let trees = TreeMemory.measure(limits)
        var isNear = false
        for attempt in watched {
            guard let tree = trees[attempt.mark] else { continue }
            attempt.memory?.saw(tree)
            if attempt.memory?.excess != nil { goOn(with: state.exceeded(attempt.key)) }
            isNear = isNear || tree.kibibytes > (limits[attempt.mark] ?? 0) / 2
        }
        let end = self.now
        resources.nextLook = end + max(isNear ? Self.shortInterval : Self.interval, (end - now) * Self.share)
    }

    /// Takes the place where the host lets this process bound memory by control groups, and clears away what runners
    /// that are gone left there.
    func prepareMemoryGroups(living others: [OtherRunner]) {
        let name = String(store.databaseID.prefix(12))
        // A program that embeds the runner is left where it is.
        let groups = MemoryGroups(database: name, runner: id.rawValue, mayMove: options.kind != .embedded)
        guard let groups else { return }
        let living = Set(others.map(\.id.rawValue))
        groups.removeLeftovers { !living.contains($0) }
        resources.groups = groups
        log.info("limits of memory are control groups in \(groups.folder)")
    }
}
