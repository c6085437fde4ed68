/// What a worker asks of the memory for its job.
package struct MemoryRequest: Sendable, Equatable {
    package enum Operation: String, Sendable { case get, set, delete, list }

    package var operation: Operation
    /// Empty for a list.
    package var name = ""
    /// JSON; of `set`.
    package var value: String?
    /// Only if this is still the value's version.
    package var version: Int?
    /// Only if there is no such value.
    package var isAbsent = false
    /// The memory of all, also for a job of a run.
    package var isGlobal = false
}

extension WorkerMessageReader {
    /// What the members say; `nil`: it is no request.
    func request() -> MemoryRequest? {
        guard let operation = op.flatMap(string).flatMap(MemoryRequest.Operation.init(rawValue:)) else { return nil }
        var request = MemoryRequest(operation: operation)
        request.name = name.flatMap(string) ?? ""
        request.value = newValue.map(text)
        if let ifVersion, text(ifVersion) != "null" {
            guard let version = Int(text(ifVersion)) else { return nil }
            request.version = version
        }
        request.isAbsent = ifAbsent.map(text) == "true"
        request.isGlobal = scope.flatMap(string) == "global"
        if operation != .list, name.flatMap(string) == nil { return nil }
        return operation == .set && request.value == nil ? nil : request
    }
}
