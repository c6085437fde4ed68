import Yams

/// A step's `parallel`.
struct StepParallelismReader {
    let findings: Findings

    static let keys = ["enabled", "maxConcurrency", "resource", "isolateErrors", "continueOnError"]
    /// Those that nothing else has.
    static let ownKeys = ["maxConcurrency", "resource", "isolateErrors"]
    private static let misplaced = [
        "resources": "'parallel' of the workflow", "defaultMaxConcurrency": "'parallel' of the workflow",
    ]

    /// What is read, and `continueOnError`, which is the step's.
    struct Result {
        let settings: StepParallelism
        let continueOnError: Field?
    }

    func read(_ field: Field, _ step: String) -> Result? {
        guard
            let section = Section(
                field.value, title: "'parallel' of \(step)", keys: Self.keys, misplaced: Self.misplaced,
                findings: findings)
        else { return nil }
        let settings = StepParallelism(
            isEnabled: section.flag("enabled") ?? true,
            maxConcurrency: section.integer("maxConcurrency", in: Limits.amounts),
            resources: section["resource"].map(readResources) ?? [],
            isolateErrors: section.flag("isolateErrors"))
        return Result(settings: settings, continueOnError: section["continueOnError"])
    }

    /// A name, which takes 1, or a mapping of names and amounts.
    private func readResources(_ field: Field) -> [ResourceUse] {
        switch field.value {
        case .scalar: return field.identifier().map { [ResourceUse(pool: $0, amount: 1, place: field.place)] } ?? []
        case .mapping:
            return (field.entries(of: "pools and amounts") ?? []).compactMap { entry in
                guard isIdentifier(entry.key) else {
                    findings.error("\(quoted(entry.key)) cannot be the name of a pool", at: entry.keyPlace)
                    return nil
                }
                return entry.integer(in: Limits.amounts).map {
                    ResourceUse(pool: entry.key, amount: $0, place: entry.keyPlace)
                }
            }
        default:
            field.reject("the name of a pool, or a mapping of pools and amounts")
            return []
        }
    }
}
