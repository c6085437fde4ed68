import JSON
import TestSupport

/// The endpoint of `Tests/Servers/chat.py`.
final class ChatServer {
    let port: Int
    private let process: TestProcess
    private let ledger: String

    private static let script =
        "\(#filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined())/Servers/chat.py"

    /// - Parameter certificate: paths of a certificate and its key; `nil`: without TLS.
    init(in host: Host, certificate: (String, String)? = nil) throws {
        ledger = "\(host.folder)/chat-\(UInt32.random(in: 0 ... .max)).ledger"
        process = try TestProcess(
            ["python3", "-u", Self.script, ledger] + (certificate.map { [$0.0, $0.1] } ?? []), in: host.folder)
        var port: Int?
        let server = process
        try eventually("the server listens: \(server.error)") {
            port = Int(server.output.split(separator: "\n").first ?? "")
            return port != nil
        }
        self.port = port ?? 0
    }

    deinit { try? process.kill() }

    var address: String { "http://127.0.0.1:\(port)" }

    /// What was asked, in order.
    func requests() throws -> [JSONValue] {
        try Files.read(ledger).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    func requests(to model: String) throws -> [JSONValue] { try requests().filter { $0["model"]?.string == model } }

    /// A `weir.yaml` with an agent for each name; each is the model of that name unless told otherwise.
    func configuration(_ agents: [String: String]) -> String {
        "agents:\n"
            + agents.sorted { $0.key < $1.key }.map { name, rest in
                let model = rest.contains("model:") ? "" : "model: \(name), "
                return "  \(name): {endpoint: \"\(address)/v1\", \(model)\(rest.isEmpty ? "timeout: 1m" : rest)}\n"
            }.joined()
    }
}
