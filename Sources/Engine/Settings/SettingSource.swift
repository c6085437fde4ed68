import Workflows

/// Where a value comes from, the strongest first.
package enum SettingSource: Sendable, Equatable {
    /// An option of the command line, as `--slots`.
    case flag(String)
    case environment(variable: String)
    case file(path: String, line: Int)
    case database(row: String)
    case profile(Profile)
    /// Nobody said anything; the text says what is taken then, where it is no constant.
    case fallback(String? = nil)

    package var description: String {
        switch self {
        case .flag(let option): option
        case .environment(let variable): "environment: \(variable)"
        case .file(let path, let line): "\(path):\(line)"
        case .database(let row): "database: \(row)"
        case .profile(let profile): "profile \(profile.rawValue)"
        case .fallback(let text): text.map { "default: \($0)" } ?? "default"
        }
    }

    /// Lower is stronger.
    var rank: Int {
        switch self {
        case .flag: 0
        case .environment: 1
        case .file: 2
        case .database: 3
        case .profile: 4
        case .fallback: 5
        }
    }
}

/// A value and where it comes from.
package struct Setting: Sendable, Equatable {
    package let value: SettingValue
    package let source: SettingSource

    package init(_ value: SettingValue, _ source: SettingSource) {
        self.value = value
        self.source = source
    }
}
