/// What holds for a runner, or for the jobs that are stored: every setting with its source.
package struct Settings: Sendable, Equatable {
    package private(set) var settings: [SettingName: Setting] = [:]
    /// What was set and does not count, for people.
    package private(set) var notices: [String] = []
    /// `false`: nobody chose a profile, and no limit of one applies.
    package let hasProfile: Bool

    /// - Parameters:
    ///   - layers: in any order; the strongest that has a value gives it.
    ///   - processors: of this machine, from 1.
    package init(layers: [SettingsLayer], processors: Int) {
        func strongest(_ name: SettingName) -> Setting? {
            layers.compactMap { $0[name] }.min { $0.source.rank < $1.source.rank }
        }
        let chosen = strongest(.profile)
        hasProfile = chosen != nil
        let profile = chosen?.value.profile ?? .balanced
        for name in SettingName.allCases {
            settings[name] =
                strongest(name) ?? Self.fallback(name, hasProfile ? profile : nil, processors: processors)
        }
        if profile == .maximum {
            notices.append("the profile 'maximum' runs twice as many jobs as there are processors")
        }
        applySwitch()
    }

    /// A profile gives what nobody set. Without one, runners take every processor, and jobs have no limits.
    private static func fallback(_ name: SettingName, _ profile: Profile?, processors: Int) -> Setting {
        if let profile {
            let source = SettingSource.profile(profile)
            switch name {
            case .workers: return Setting(.number(profile.workers(processors: processors)), source)
            case .timeout: return Setting(profile.timeout.map { .number($0) } ?? .none, source)
            case .memoryLimit: return Setting(profile.memoryLimit.map { .number($0) } ?? .none, source)
            case .batchSize: return Setting(.number(profile.batchSize), source)
            default: break
            }
        }
        switch name {
        case .enabled, .monitoring: return Setting(.flag(true), .fallback())
        case .profile: return Setting(.profile(.balanced), .fallback("its limits count once it is chosen"))
        case .workers: return Setting(.number(processors), .fallback("the number of processors"))
        case .timeout, .memoryLimit: return Setting(.none, .fallback())
        case .retries: return Setting(.number(3), .fallback("0 for the scripts of a workflow"))
        case .batchSize: return Setting(.number(usualBatchSize), .fallback())
        }
    }

    /// `enabled: false` makes it one job at a time, unless a stronger source names a number.
    private mutating func applySwitch() {
        guard let enabled = settings[.enabled], let workers = settings[.workers] else { return }
        guard enabled.value == .flag(false), let count = workers.value.number, count > 1 else { return }
        if workers.source.rank < enabled.source.rank {
            notices.append(
                "\(workers.source.description) \(count) goes before \(enabled.source.description), which is false")
        } else {
            settings[.workers] = Setting(.number(1), enabled.source)
        }
    }

    package subscript(name: SettingName) -> Setting {
        // All names have a value from `init` on.
        settings[name] ?? Setting(.none, .fallback())
    }
}

extension Settings {
    package var profile: Profile { self[.profile].value.profile ?? .balanced }
    /// Jobs at once; with the profile `auto`, see `adaptiveRange`.
    package var slots: Int { self[.workers].value.number ?? 1 }
    /// Jobs at once where somebody said so; `nil`: a profile did, or nobody.
    package var chosenSlots: Int? {
        switch self[.workers].source {
        case .profile, .fallback: nil
        default: self[.workers].value.number
        }
    }
    package var isEnabled: Bool { self[.enabled].value.flag ?? true }
    package var monitors: Bool { self[.monitoring].value.flag ?? true }
    package var batchSize: Int { self[.batchSize].value.number ?? Self.usualBatchSize }
    /// Of each attempt, in milliseconds; `nil`: none, or nobody said.
    package var timeout: Int? { self[.timeout].value.number }
    /// KiB; `nil`: none, or nobody said.
    package var memoryLimit: Int? { self[.memoryLimit].value.number.map { $0 << 10 } }
    /// Attempts after the first, where somebody set them.
    package var retries: Int? {
        if case .fallback = self[.retries].source { nil } else { self[.retries].value.number }
    }

    /// Between which numbers of slots a runner adapts itself; `nil`: it does not. An explicit number of workers is the
    /// most that `auto` reaches.
    package func adaptiveRange(processors: Int) -> ClosedRange<Int>? {
        guard hasProfile, profile == .auto else { return nil }
        if case .profile = self[.workers].source { return 1...min(10_000, processors * Self.mostPerProcessor) }
        return slots > 1 ? 1...slots : nil
    }

    /// Where nobody chose a profile.
    package static let usualBatchSize = 100

    /// Slots for each processor that `auto` reaches at most.
    package static let mostPerProcessor = 8
}
