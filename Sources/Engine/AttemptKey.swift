package import Jobs

/// One attempt of one job: a lease token is never given twice.
package struct AttemptKey: Hashable, Sendable {
    package let job: JobID
    package let leaseToken: Int

    package init(job: JobID, leaseToken: Int) {
        self.job = job
        self.leaseToken = leaseToken
    }

    package init(_ claim: Claim) { self.init(job: claim.job, leaseToken: claim.leaseToken) }

    /// What every process of the attempt bears. Hashed with the database's own id, since other databases on this host
    /// have jobs of the same numbers.
    package func mark(in databaseID: String) -> UInt64 { Self.mark(of: lease(in: databaseID)) }

    /// The mark of processes that have this value of `WEIR_LEASE`.
    static func mark(of lease: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in lease.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return max(1, (hash ^ (hash >> 59)) & ((1 << 60) - 1))
    }

    /// The value of `WEIR_LEASE`.
    package func lease(in databaseID: String) -> String { "\(databaseID).\(job).\(leaseToken)" }
}
