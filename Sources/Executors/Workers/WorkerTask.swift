/// A job as a worker is given it: one line of JSON.
package struct WorkerTask: Sendable, Equatable {
    /// What the worker's answers name. Of one attempt of one job.
    package var id: String
    package var type: String
    /// JSON; `nil`: null.
    package var data: String?
    package var attempt: Int
    package var run: Int?
    /// JSON that an earlier attempt left.
    package var checkpoint: String?
    /// JSON: the units of indexed pools that are its own.
    package var pools: String?
    /// To which trace it belongs, and the span of this attempt, as W3C's trace context has them.
    package var traceParent: String?
    /// The step's id, or the job's key.
    package var key: String?

    package init(id: String, type: String, data: String?, attempt: Int) {
        self.id = id
        self.type = type
        self.data = data
        self.attempt = attempt
    }

    package var line: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(96 + (data?.utf8.count ?? 0) + (checkpoint?.utf8.count ?? 0))
        bytes += "{\"id\":".utf8
        appendText(id, to: &bytes)
        bytes += ",\"type\":".utf8
        appendText(type, to: &bytes)
        bytes += ",\"data\":".utf8
        appendJSON(data ?? "null", to: &bytes)
        bytes += ",\"attempt\":\(attempt)".utf8
        if let run { bytes += ",\"run\":\(run)".utf8 }
        if let key {
            bytes += ",\"key\":".utf8
            appendText(key, to: &bytes)
        }
        if let pools {
            bytes += ",\"pools\":".utf8
            appendJSON(pools, to: &bytes)
        }
        if let traceParent {
            bytes += ",\"traceparent\":".utf8
            appendText(traceParent, to: &bytes)
        }
        if let checkpoint {
            bytes += ",\"checkpoint\":".utf8
            appendJSON(checkpoint, to: &bytes)
        }
        bytes += "}\n".utf8
        return bytes
    }

    /// A line break is allowed between the parts of a JSON value, and would end the line here.
    private func appendJSON(_ json: String, to bytes: inout [UInt8]) {
        for byte in json.utf8 { bytes.append(byte == 0x0A || byte == 0x0D ? 0x20 : byte) }
    }

    private func appendText(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case ..<0x20: bytes += "\\u00".utf8 + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
