/// The JSON texts in the columns `args`, `env` and `pools`: lists of strings, and objects of strings or of amounts.
///
/// Each claim reads one, which is why there is no general decoder here: it took longer than the rest of the claim.
enum JSONText {
    /// `nil` for an empty list, which is stored as NULL.
    static func array(_ values: [String]) -> String? {
        guard !values.isEmpty else { return nil }
        var writer = JSONWriter()
        for (index, value) in values.enumerated() {
            writer.raw(index == 0 ? "[" : "," as Unicode.Scalar)
            writer.string(value)
        }
        writer.raw("]" as Unicode.Scalar)
        return writer.text
    }

    /// `nil` for an empty object, which is stored as NULL. Keys are sorted, so that equal objects are equal texts.
    static func object(_ values: [String: String]) -> String? {
        object(values) { writer, value in writer.string(value) }
    }

    static func object(_ values: [String: Int]) -> String? {
        object(values) { writer, value in writer.raw("\(value)") }
    }

    static func object(_ values: [String: [Int]]) -> String? {
        object(values) { writer, list in writer.raw("[\(list.map(String.init).joined(separator: ","))]") }
    }

    private static func object<Value>(
        _ values: [String: Value], write: (inout JSONWriter, Value) -> Void
    ) -> String? {
        guard !values.isEmpty else { return nil }
        var writer = JSONWriter()
        for (index, entry) in values.sorted(by: { $0.key < $1.key }).enumerated() {
            writer.raw(index == 0 ? "{" : "," as Unicode.Scalar)
            writer.string(entry.key)
            writer.raw(":" as Unicode.Scalar)
            write(&writer, entry.value)
        }
        writer.raw("}" as Unicode.Scalar)
        return writer.text
    }

    /// - Throws: `.invalid`, as all readers do, when the text is not what its column holds.
    static func strings(_ text: String?) throws(JobStoreError) -> [String] {
        try read(text, none: []) { reader in
            var values: [String] = []
            try reader.list(from: "[", to: "]") { (reader) throws(JSONFault) in values.append(try reader.string()) }
            return values
        }
    }

    static func stringsByName(_ text: String?) throws(JobStoreError) -> [String: String] {
        try object(text) { (reader) throws(JSONFault) in try reader.string() }
    }

    static func amounts(_ text: String?) throws(JobStoreError) -> [String: Int] {
        try object(text) { (reader) throws(JSONFault) in try reader.amount() }
    }

    private static func object<Value>(
        _ text: String?, value: (inout JSONReader) throws(JSONFault) -> Value
    ) throws(JobStoreError) -> [String: Value] {
        try read(text, none: [:]) { reader in
            var values: [String: Value] = [:]
            try reader.list(from: "{", to: "}") { (reader) throws(JSONFault) in
                let name = try reader.string()
                try reader.expect(":")
                values[name] = try value(&reader)
            }
            return values
        }
    }

    private static func read<Value>(
        _ text: String?, none: Value, _ body: (inout JSONReader) throws -> Value
    ) throws(JobStoreError) -> Value {
        guard var text else { return none }
        do {
            return try text.withUTF8 { bytes in
                var reader = JSONReader(bytes)
                let value = try body(&reader)
                try reader.expectEnd()
                return value
            }
        } catch {
            throw .invalid("a column of the database does not hold the JSON that it should: \(text.prefix(100))")
        }
    }
}
