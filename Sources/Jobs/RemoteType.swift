/// The type of jobs that remote workers take: what runners serve never begins like this.
package struct RemoteType: Sendable, Hashable {
    /// The name of the tasks.
    package let name: String
    /// Only workers that ask for it get these.
    package let domain: String?

    package init(_ name: String, domain: String? = nil) {
        self.name = name
        self.domain = domain
    }

    /// As the job has it. A line break parts the two, which no name has.
    package var jobType: String { "external:\(name)" + (domain.map { "\n\($0)" } ?? "") }
}

extension RunnerID {
    /// Who holds the jobs that remote workers have: no runner's number, so that no rescuer looks for it. Their leases are
    /// in `execution_tasks`.
    static let remote = RunnerID(0)
}
