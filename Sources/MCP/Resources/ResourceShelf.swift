import Engine
import Jobs
import JSON
import Stores

/// Workflows, runs and jobs as documents with addresses.
struct ResourceShelf {
    let context: ToolContext

    private static let scheme = "weir://"
    private static let runs = 20

    static let templates: [JSONValue] = [
        template("weir://workflows/{name}", "workflow", "The document of a workflow.", "text/plain"),
        template("weir://runs/{id}", "run", "The status of a run.", "application/json"),
        template("weir://jobs/{id}", "job", "All that is known of a job.", "application/json"),
        template("weir://jobs/{id}/log", "log", "The end of what a job wrote.", "text/plain"),
    ]

    private static func template(_ address: String, _ name: String, _ description: String, _ type: String) -> JSONValue
    {
        .object([
            "uriTemplate": .string(address), "name": .string(name), "description": .string(description),
            "mimeType": .string(type),
        ])
    }

    private static func resource(_ path: String, _ name: String, _ description: String, _ type: String) -> JSONValue {
        .object([
            "uri": .string(scheme + path), "name": .string(name), "description": .string(description),
            "mimeType": .string(type),
        ])
    }

    /// The two lists, every workflow, and the latest runs.
    func list() async throws -> [JSONValue] {
        var resources = [
            Self.resource("workflows", "workflows", "The workflows that can be started.", "application/json"),
            Self.resource("runs", "runs", "The latest runs.", "application/json"),
        ]
        for entry in try await context.catalogue().entries {
            resources.append(
                Self.resource("workflows/\(Self.encoded(entry.name))", entry.name, entry.place, "text/plain"))
        }
        for run in try await latestRuns() {
            guard let id = run["id"]?.integer, let workflow = run["workflow"]?.string else { continue }
            let state = run["state"]?.string ?? ""
            resources.append(
                Self.resource("runs/\(id)", "run \(id)", "\(workflow), \(state)", "application/json"))
        }
        return resources
    }

    func read(_ members: [String: JSONValue]) async throws -> JSONValue {
        guard case .string(let address)? = members["uri"] else {
            throw ProtocolError.badParameters("resources/read needs 'uri'")
        }
        guard let (text, type) = try await content(of: address) else { throw ProtocolError.noResource(address) }
        return .object([
            "contents": .list([
                .object(["uri": .string(address), "mimeType": .string(type), "text": .string(text)])
            ])
        ])
    }

    private func content(of address: String) async throws -> (text: String, type: String)? {
        guard address.hasPrefix(Self.scheme) else { return nil }
        let path = address.dropFirst(Self.scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        let words = path.map { Self.decoded(String($0)) }
        do {
            switch words {
            case ["workflows"]:
                let entries = try await context.catalogue().entries
                return (JSONValue.list(entries.map(\.listing)).text, "application/json")
            case ["runs"]: return (JSONValue.list(try await latestRuns()).text, "application/json")
            case _ where words.count == 2 && words[0] == "workflows":
                return (try await context.catalogue().workflow(named: words[1]).document.text, "text/plain")
            case _ where words.count == 2 && words[0] == "runs":
                return try await answer(of: WorkflowStatus.tool, "workflow_execution_id", words[1])
            case _ where words.count == 2 && words[0] == "jobs":
                return try await answer(of: GetJob.tool, "job_id", words[1])
            case _ where words.count == 3 && words[0] == "jobs" && words[2] == "log":
                guard let document = try await document(of: GetLogs.tool, "job_id", words[1]) else { return nil }
                return (document["text"]?.string ?? "", "text/plain")
            default: return nil
            }
        } catch is ToolFailure {
            return nil
        } catch let error as JobStoreError {
            switch error {
            case .noSuchJob, .noSuchRun: return nil
            default: throw error
            }
        }
    }

    private func answer(of tool: Tool, _ name: String, _ id: String) async throws -> (text: String, type: String)? {
        try await document(of: tool, name, id).map { ($0.text, "application/json") }
    }

    private func document(of tool: Tool, _ name: String, _ id: String) async throws -> JSONValue? {
        guard let number = Int(id) else { return nil }
        let arguments = try ToolArguments([name: .integer(number)], for: tool.input)
        return try await tool.call(ToolCall(arguments: arguments, context: context, report: { _, _ in }))
    }

    private func latestRuns() async throws -> [JSONValue] {
        try await context.service.read { transaction in
            var filter = JobFilter()
            filter.limit = Self.runs
            return try transaction.runs(matching: filter).objects()
        }
    }

    // MARK: Names in addresses

    private static func encoded(_ name: String) -> String {
        var text = ""
        for byte in name.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                text.unicodeScalars.append(UnicodeScalar(byte))
            default: text += byte < 16 ? "%0\(String(byte, radix: 16))" : "%\(String(byte, radix: 16))"
            }
        }
        return text
    }

    private static func decoded(_ word: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
