/// The ids of steps so far. Two that differ only in case are two spellings of one: people mix them up, and so do file
/// systems on which results lie.
struct TakenIDs {
    private var owners: [String: (id: String, line: Int)] = [:]

    /// The first owner of an id keeps it.
    mutating func add(_ step: Step) {
        let key = step.id.lowercased()
        if owners[key] == nil { owners[key] = (step.id, step.line) }
    }

    /// Why the step cannot have its id; `nil`: it can.
    func fault(of step: Step) -> String? {
        guard let owner = owners[step.id.lowercased()] else { return nil }
        if owner.id == step.id { return "the id \(quoted(step.id)) is taken by the step in line \(owner.line)" }
        return "the id \(quoted(step.id)) differs only in case from \(quoted(owner.id)), the step in line \(owner.line)"
    }
}
