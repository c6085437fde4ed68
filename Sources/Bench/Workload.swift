import Jobs

/// Jobs whose arguments are as long as a usual command's.
enum Workload: String {
    case flat  // none waits for another
    case chain  // each waits for the one before
    case fan  // all wait for the first, and the last for all

    func specs(_ count: Int) -> [JobSpec] {
        (0..<count).map { position in
            var spec = JobSpec(command: "/bin/true")
            spec.arguments = ["--some", "argument", "/path/of/input"]
            spec.dependencies = upstreams(of: position, in: count).map { JobSpec.Dependency(.batch($0)) }
            return spec
        }
    }

    /// Jobs that workers take.
    static func typed(_ count: Int) -> [JobSpec] {
        Array(repeating: JobSpec(type: "noop", data: #"{"path":"/path/of/input"}"#), count: count)
    }

    private func upstreams(of position: Int, in count: Int) -> Range<Int> {
        switch self {
        case .flat: 0..<0
        case .chain: max(0, position - 1)..<position
        case .fan: position == count - 1 ? 1..<position : 0..<min(position, 1)
        }
    }
}
