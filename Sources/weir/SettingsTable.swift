import Engine
import SQLite

/// Settings as a table: name, value, unit, and where the value comes from.
enum SettingsTable {
    static func table(_ settings: Settings) -> Table {
        var table = Table(columns: ["name", "value", "unit", "source"])
        for name in SettingName.allCases {
            let setting = settings[name]
            table.rows.append([
                .text(name.rawValue), cell(setting.value), name.unit.map { .text($0) } ?? .null,
                .text(setting.source.description),
            ])
        }
        return table
    }

    private static func cell(_ value: SettingValue) -> SQLiteValue {
        if case .number(let number) = value { .integer(Int64(number)) } else { .text(value.text) }
    }
}
