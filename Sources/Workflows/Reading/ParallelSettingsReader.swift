import Yams

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
        var settings = ParallelSettings(
            isEnabled: section.flag("enabled") ?? true, isExplicit: section["enabled"] != nil,
            defaultMaxConcurrency: section.integer("defaultMaxConcurrency", in: Limits.amounts))
        if let field = section["resources"] { readPools(field, into: &settings) }
        return settings
    }

    static let poolKeys = ["capacity", "indexed"]

    /// Whether a pool is indexed that does not say.
    static func isIndexed(_ name: String) -> Bool { name == "gpu" }

    private func readPools(_ field: Field, into settings: inout ParallelSettings) {
        for entry in field.entries(of: "pools and their capacities") ?? [] {
            if !isIdentifier(entry.key) {
                findings.error("\(quoted(entry.key)) cannot be the name of a pool", at: entry.keyPlace)
            }
            let pool = readPool(entry)
            // A pool whose capacity is wrong is declared all the same.
            settings.pools[entry.key] = pool.capacity ?? Limits.amounts.upperBound
            if pool.isIndexed ?? Self.isIndexed(entry.key) { settings.indexedPools.insert(entry.key) }
        }
    }

    /// A number, or a mapping with more about the pool.
    private func readPool(_ entry: Field) -> (capacity: Int?, isIndexed: Bool?) {
        guard case .mapping = entry.value else { return (entry.integer(in: Limits.amounts), nil) }
        guard let section = Section(entry.value, title: entry.title, keys: Self.poolKeys, findings: findings) else {
            return (nil, nil)
        }
        if section["capacity"] == nil { section.reportMissing("capacity") }
        return (section.integer("capacity", in: Limits.amounts), section.flag("indexed"))
    }
}
