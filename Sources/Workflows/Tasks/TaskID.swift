/// The ids of tasks: a number stands for a step of its own name, since expressions have `tasks.4`.
package enum TaskID {
    /// `4` → `task_4`; any other text is the step's id itself.
    static func step(_ text: String) -> String {
        isNumber(text) ? "task_\(text)" : text
    }

    /// `Task 4`, for people.
    static func name(_ text: String) -> String {
        let number = text.hasPrefix("task_") ? String(text.dropFirst("task_".count)) : text
        return isNumber(number) ? "Task \(number)" : text
    }

    /// `task_4` → `4`: what the author wrote.
    package static func shown(_ step: String) -> String {
        let rest = step.dropFirst("task_".count)
        return step.hasPrefix("task_") && isNumber(String(rest)) ? String(rest) : step
    }

    /// `; did you mean 'lint'?`: of numbers each is as near as the other, so that nothing is said of them.
    static func hint(for text: String, among steps: [Step], _ findings: Findings) -> String {
        isNumber(text) ? "" : findings.hint(for: text, among: steps.lazy.map(\.id))
    }

    private static func isNumber(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 100 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
