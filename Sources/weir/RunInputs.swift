import JSON
import Workflows

/// `--input NAME=VALUE` and `--inputs FILE`: what a run is given.
enum RunInputs {
    /// - Parameters:
    ///   - options: each `NAME=VALUE`. A value is text where the workflow asks for text; else it is JSON if it can be.
    ///   - file: a JSON object; the options come before it.
    static func read(_ options: [String], file: String?, for inputs: [Input]) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        if let file {
            let text = String(decoding: try InputFile.bytes(file), as: UTF8.self)
            do {
                guard case .object(let members) = try JSONValue(parsing: text) else {
                    throw Failure("--inputs \(file): a JSON object of names and values is needed")
                }
                values = members
            } catch let error as JSONError {
                throw Failure("--inputs \(file): \(error)")
            }
        }
        let kinds = Dictionary(inputs.map { ($0.name, $0.kind) }) { first, _ in first }
        for option in options {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = parts.first, !name.isEmpty else {
                throw Failure("--input \(option): write NAME=VALUE", code: Failure.usage)
            }
            values[String(name)] = value(String(parts[1]), as: kinds[String(name)] ?? .any)
        }
        return values
    }

    private static func value(_ text: String, as kind: Input.Kind) -> JSONValue {
        if kind == .string { return .string(text) }
        return (try? JSONValue(parsing: text)) ?? .string(text)
    }
}
