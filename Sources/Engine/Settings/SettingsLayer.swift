package import Workflows

/// What one source says.
package struct SettingsLayer: Sendable, Equatable {
    package private(set) var settings: [SettingName: Setting] = [:]

    package init() {}

    package subscript(name: SettingName) -> Setting? { settings[name] }

    /// Options of a command line; those that were not given are left out.
    package init(flags: [(name: SettingName, option: String, value: SettingValue?)]) {
        for flag in flags {
            if let value = flag.value { settings[flag.name] = Setting(value, .flag(flag.option)) }
        }
    }

    /// The variables `PARALLEL_…`; empty ones do not count.
    ///
    /// - Throws: `SettingsError` that names every wrong variable, and those that contradict one another.
    package init(environment: [String: String]) throws {
        try self.init { name in
            guard let text = environment[name.variable], !text.isEmpty else { return nil }
            return (text, .environment(variable: name.variable))
        }
        if let flag = settings[.enabled], flag.value == .flag(false), let workers = settings[.workers]?.value.number,
            workers > 1
        {
            throw SettingsError([
                "\(SettingName.enabled.variable)=false means one job at a time, and "
                    + "\(SettingName.workers.variable)=\(workers) means \(workers); unset one of them"
            ])
        }
    }

    /// Rows of the database. A switch that is off keeps its number for the time when it is on again.
    ///
    /// - Throws: `SettingsError` that names every wrong row.
    package init(rows: [String: String]) throws {
        try self.init { name in rows[name.row].map { ($0, .database(row: name.row)) } }
    }

    /// The section of a `weir.yaml`, which was checked when it was read.
    package init(_ section: ParallelSection, file: String) {
        for name in SettingName.allCases {
            guard let entry = section.entries[name.rawValue], let value = SettingValue(entry.value) else { continue }
            settings[name] = Setting(value, .file(path: file, line: entry.place.line))
        }
    }

    private init(_ text: (SettingName) -> (String, SettingSource)?) throws {
        var faults: [String] = []
        for name in SettingName.allCases {
            guard let (text, source) = text(name) else { continue }
            if let value = SettingValue(text, for: name) {
                settings[name] = Setting(value, source)
            } else {
                faults.append(Self.fault(text, name, source))
            }
        }
        guard faults.isEmpty else { throw SettingsError(faults) }
    }

    private static func fault(_ text: String, _ name: SettingName, _ source: SettingSource) -> String {
        var near = ""
        if name == .profile {
            var suggestions = Suggestions()
            near =
                suggestions.nearest(to: text, among: Profile.allCases.map(\.rawValue))
                .map { "; did you mean '\($0)'?" } ?? ""
        }
        return switch source {
        case .environment(let variable): "\(variable)=\(text): it must be \(name.expected)\(near)"
        case .database(let row):
            "the database's setting '\(row)' is '\(text)', and must be \(name.expected)\(near); "
                + "'weir config unset \(name.rawValue)' removes it"
        default: "\(name.rawValue) is '\(text)', and must be \(name.expected)\(near)"
        }
    }
}

extension SettingValue {
    init?(_ value: ParallelSection.Value) {
        switch value {
        case .flag(let flag): self = .flag(flag)
        case .number(let number): self = .number(number)
        case .none: self = .none
        case .name(let name):
            guard let profile = Profile(rawValue: name) else { return nil }
            self = .profile(profile)
        }
    }
}

/// What is wrong with settings: each names its place, what it is, and what it can be.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    package let faults: [String]

    package init(_ faults: [String]) { self.faults = faults }

    package var description: String { faults.joined(separator: "\n") }
}
