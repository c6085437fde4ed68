import JSON
import Workflows

/// The input of an HTTP task: the request stands in `http_request`, or among the inputs themselves.
struct HTTPInput {
    let call: HTTPCall
    let timeout: Duration

    /// Milliseconds for connecting and for reading, each, where nothing is said.
    private static let usualTimeout = 3_000
    /// Milliseconds for both: a day.
    private static let longestTimeout = 86_400_000

    init(_ inputs: [String: JSONValue]) throws(ConductorFault) {
        let request = inputs["http_request"]?.object.map { JSONValue.object($0) } ?? .object(inputs)
        guard let address = request.text("uri") ?? request.text("url") else {
            throw ConductorFault(400, "an HTTP task has a 'uri'")
        }
        guard address.hasPrefix("http://") || address.hasPrefix("https://") else {
            throw ConductorFault(400, "'\(address)' does not begin with http:// or https://")
        }
        var call = HTTPCall(url: Template(plain: address))
        call.method = (request.text("method") ?? "GET").uppercased()
        guard call.method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw ConductorFault(400, "'\(call.method)' is no method of HTTP")
        }
        if let accept = request.text("accept") { call.headers["Accept"] = Template(plain: accept) }
        if let type = request.text("contentType") { call.headers["Content-Type"] = Template(plain: type) }
        for (name, value) in request.members("headers") where value != .null {
            call.headers = call.headers.filter { $0.key.lowercased() != name.lowercased() }
            let values = value.list ?? [value]
            call.headers[name] = Template(plain: values.map(\.splicedText).joined(separator: ", "))
        }
        if let body = request["body"]?.present { call.body = .value(body) }
        self.call = call
        let parts = ["connectionTimeOut", "readTimeOut"].map {
            min(max(0, request.whole($0) ?? Self.usualTimeout), Self.longestTimeout)
        }
        timeout = .milliseconds(max(1, min(parts.reduce(0, +), Self.longestTimeout)))
    }
}
