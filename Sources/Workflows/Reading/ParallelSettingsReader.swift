/// The workflow's `parallel`.
struct ParallelSettingsReader {
    let findings: Findings

    static let keys = ["enabled", "defaultMaxConcurrency", "resources"]

    func read(_ field: Field) -> ParallelSettings? {
        guard
            let section = Section(
                field.value, title: "'parallel' of the workflow", keys: Self.keys,
                misplaced: Dictionary(
                    uniqueKeysWithValues: StepParallelismReader.ownKeys.map { ($0, "'parallel' of a step") }),
                findings: findings)
        else { return nil }
        return ParallelSettings(
            isEnabled: section.flag("enabled") ?? true, isExplicit: section["enabled"] != nil,
            defaultMaxConcurrency: section.integer("defaultMaxConcurrency", in: Limits.amounts),
            pools: section["resources"].map(readPools) ?? [:])
    }

    private func readPools(_ field: Field) -> [String: Int] {
        var pools: [String: Int] = [:]
        for entry in field.entries(of: "pools and their capacities") ?? [] {
            if !isIdentifier(entry.key) {
                findings.error("\(quoted(entry.key)) cannot be the name of a pool", at: entry.keyPlace)
            }
            // A pool whose capacity is wrong is declared all the same.
            pools[entry.key] = entry.integer(in: Limits.amounts) ?? Limits.amounts.upperBound
        }
        return pools
    }
}
