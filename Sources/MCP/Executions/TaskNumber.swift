import JSON

/// Task 4 is the step `task_4`: in files of tasks, and in what is posted to Conductor's API.
enum TaskNumber {
    /// `nil` for a step that is no numbered task.
    static func number(of step: String) -> Int? {
        guard step.hasPrefix("task_") else { return nil }
        let digits = step.dropFirst("task_".count)
        return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
    }

    /// The number, else the step's name.
    static func value(of step: String) -> JSONValue { number(of: step).map { .integer($0) } ?? .string(step) }

    static func step(_ number: Int) -> String { "task_\(number)" }
}
