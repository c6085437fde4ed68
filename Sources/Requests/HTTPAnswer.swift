import JSON

/// The answer to a request, as steps read it.
struct HTTPAnswer {
    let status: Int
    let reason: String
    /// In the order in which they came.
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    /// `{statusCode, reasonPhrase, headers, body}`: a header's values by its name in small letters, the body as JSON
    /// where it is JSON.
    var value: JSONValue {
        var values: [String: JSONValue] = [:]
        for header in headers {
            let name = header.name.lowercased()
            values[name] = .list((values[name]?.list ?? []) + [.string(header.value)])
        }
        let value =
            (try? JSONValue(parsing: body)) ?? (body.isEmpty ? .null : .string(String(decoding: body, as: UTF8.self)))
        return .object([
            "statusCode": .integer(status), "reasonPhrase": .string(reason), "headers": .object(values), "body": value,
        ])
    }

    /// For the job's log.
    var head: String {
        "HTTP \(status) \(reason)\n" + headers.map { "\($0.name): \($0.value)\n" }.joined() + "\n"
    }
}
