import Engine
import Glibc
import JSON
import Jobs
import MCP
import SQLite
import Stores
import Synchronization
import TestSupport

/// A session over a database in a new folder, as one client has it.
final class Conversation: Sendable {
    let folder: String
    let service: StoreService
    let session: Session
    private let sent = Mutex<[OutgoingMessage]>([])
    private let lastID = Mutex(0)

    init(
        folder: String, access: Set<ToolAccess> = Set(ToolAccess.allCases), timekeeper: Timekeeper = .system
    ) async throws {
        self.folder = folder
        let options = Database.Options(
            path: "\(folder)/weir.db", durability: .normal, identity: .current(kind: "test", mayBeKilled: false),
            createIfMissing: true, applicationID: JobStore.applicationID)
        service = try await StoreService(options, timekeeper: timekeeper)
        session = Session(
            context: ToolContext(service: service, directory: folder), access: access, version: "0.0.1")
    }

    /// What was sent, in order.
    var messages: [JSONValue] { sent.withLock { $0 }.map(\.value) }

    func receive(_ text: String) -> Task<Void, Never>? {
        session.receive(IncomingMessage(parsing: Array(text.utf8))) { message in
            self.sent.withLock { $0.append(message) }
        }
    }

    /// - Returns: the answer to the one message; `nil`: it has none.
    func answer(to text: String) async -> JSONValue? {
        let before = messages.count
        await receive(text)?.value
        return messages.dropFirst(before).last
    }

    func ask(_ method: String, _ parameters: JSONValue = .object([:])) async -> JSONValue {
        let id = lastID.withLock { id in
            id += 1
            return id
        }
        let request = JSONValue.object([
            "jsonrpc": .string("2.0"), "id": .integer(id), "method": .string(method), "params": parameters,
        ])
        return await answer(to: request.text) ?? .null
    }

    /// - Returns: the structured content.
    /// - Throws: `TestFailure` when the call failed.
    func call(_ tool: String, _ arguments: JSONValue = .object([:])) async throws -> JSONValue {
        let answer = await ask("tools/call", .object(["name": .string(tool), "arguments": arguments]))
        guard let content = answer["result"]?["structuredContent"] else { throw TestFailure(answer.text) }
        guard try JSONValue(parsing: answer["result"]?["content"]?.list?.first?["text"]?.string ?? "") == content else {
            throw TestFailure("the text is another: \(answer.text)")
        }
        return content
    }

    /// - Returns: the text of a result that must be an error.
    func fault(_ tool: String, _ arguments: JSONValue = .object([:])) async throws -> String {
        let answer = await ask("tools/call", .object(["name": .string(tool), "arguments": arguments]))
        guard answer["result"]?["isError"] == .bool(true), let text = answer["result"]?["content"]?.list?.first?["text"]
        else { throw TestFailure("no failure: \(answer.text)") }
        return text.string ?? ""
    }

    /// Waits until `condition` holds, by the messages that were sent.
    func until(_ what: String, _ condition: ([JSONValue]) throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !condition(messages) {
            guard ContinuousClock.now < deadline else { throw TestFailure("not within 60 s: \(what): \(messages)") }
            await Task.yield()
        }
    }

    func write(_ name: String, _ text: String) throws {
        let path = "\(folder)/\(name)"
        for (index, letter) in path.enumerated() where letter == "/" && index > folder.count {
            mkdir(String(path.prefix(index)), 0o700)
        }
        guard let file = fopen(path, "w") else { throw TestFailure("cannot write \(path)") }
        fputs(text, file)
        fclose(file)
    }
}

/// Gives `body` a conversation in a new folder.
func withConversation(
    access: Set<ToolAccess> = Set(ToolAccess.allCases), timekeeper: Timekeeper = .system,
    _ body: (Conversation) async throws -> Void
) async throws {
    try await withTemporaryFolder(awaiting: { folder in
        let conversation = try await Conversation(folder: folder, access: access, timekeeper: timekeeper)
        try await body(conversation)
        conversation.service.close()
    })
}

/// A workflow of four tasks that wait for nothing. It ends with its last task: it leaves no files.
let fourTasks = """
    name: four-tasks
    report: false
    tasks:
      - {task_id: 4, name: Testing, command: [echo, "4"]}
      - {task_id: 5, name: Security, command: [echo, "5"]}
      - {task_id: 6, name: Architecture, command: [echo, "6"], timeout_seconds: 900}
      - {task_id: 7, name: Patterns, command: [echo, "7"]}
    """
