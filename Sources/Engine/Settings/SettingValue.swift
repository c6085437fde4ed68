import Workflows

/// The value of one setting, within its limits.
package enum SettingValue: Sendable, Equatable {
    case flag(Bool)
    case number(Int)
    case profile(Profile)
    /// Without a limit.
    case none

    /// Reads the text of a variable or a row.
    ///
    /// - Returns: `nil` for what the setting cannot be; `SettingName.expected` says what it can.
    package init?(_ text: String, for name: SettingName) {
        switch name {
        case .enabled, .monitoring:
            guard let flag = Self.flag(text) else { return nil }
            self = .flag(flag)
        case .profile:
            guard let profile = Profile(rawValue: text.lowercased()) else { return nil }
            self = .profile(profile)
        default:
            if name.isLimit, text == "none" {
                self = .none
            } else if let number = Int(text), name.range?.contains(number) ?? false {
                self = .number(number)
            } else {
                return nil
            }
        }
    }

    private static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    /// As it is stored and printed; `init(_:for:)` reads it.
    package var text: String {
        switch self {
        case .flag(let flag): flag ? "true" : "false"
        case .number(let number): "\(number)"
        case .profile(let profile): profile.rawValue
        case .none: "none"
        }
    }

    var number: Int? { if case .number(let number) = self { number } else { nil } }
    var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
    var profile: Profile? { if case .profile(let profile) = self { profile } else { nil } }
}
