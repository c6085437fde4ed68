import Testing

@testable import Executors

@Suite struct `A line of a worker` {
    private func read(_ line: String) throws -> WorkerMessage {
        try Array(line.utf8).withUnsafeBufferPointer { try WorkerMessageReader.read($0) }
    }

    private static func request(
        _ operation: MemoryRequest.Operation, _ name: String, value: String? = nil, version: Int? = nil
    ) -> MemoryRequest {
        var request = MemoryRequest(operation: operation)
        (request.name, request.value, request.version) = (name, value, version)
        return request
    }

    private static var listOfAll: MemoryRequest {
        var request = MemoryRequest(operation: .list)
        request.isGlobal = true
        return request
    }

    @Test(arguments: [
        (#"{"ready":true,"stop":true}"#, .ready(takesStops: true)),
        (
            #"{"taskId":"1.2","memory":{"op":"set","name":"a","value":{"n":1.0},"ifVersion":7}}"#,
            .job(task: "1.2", .memory(request(.set, "a", value: #"{"n":1.0}"#, version: 7)))
        ),
        (#"{"taskId":"1.2","memory":{"op":"list","scope":"global"}}"#, .job(task: "1.2", .memory(listOfAll))),
        (#"{"ready":true}"#, WorkerMessage.ready(takesStops: false)),
        (#"{"taskId":"1.2","result":null}"#, .job(task: "1.2", .result("null"))),
        (
            #" { "result" : [1, {"taskId":"x"}] , "taskId" : "1.2" } "#,
            .job(task: "1.2", .result(#"[1, {"taskId":"x"}]"#))
        ),
        (#"{"taskId":"1.2","result":-1.50E+2}"#, .job(task: "1.2", .result("-1.50E+2"))),
        (#"{"taskId":"1.2","result":"a\"}b"}"#, .job(task: "1.2", .result(#""a\"}b""#))),
        (#"{"taskId":"\u0031.2","result":{}}"#, .job(task: "1.2", .result("{}"))),
        (#"{"taskId":"1.2","error":"bad \u00fc"}"#, .job(task: "1.2", .failure("bad ü", isFinal: false))),
        (
            #"{"taskId":"1.2","error":{"message":"bad","code":1},"final":true}"#,
            .job(task: "1.2", .failure("bad", isFinal: true))
        ),
        (#"{"taskId":"1.2","result":null,"error":[7]}"#, .job(task: "1.2", .failure("[7]", isFinal: false))),
        (#"{"taskId":"1.2","error":null,"result":1}"#, .job(task: "1.2", .result("1"))),
        (#"{"taskId":"1.2","progress":35.5,"message":"a"}"#, .job(task: "1.2", .progress(35.5, "a"))),
        (#"{"taskId":"1.2","progress":100,"message":null}"#, .job(task: "1.2", .progress(100, nil))),
        (#"{"taskId":"1.2","checkpoint":{"n":1}}"#, .job(task: "1.2", .checkpoint(#"{"n":1}"#))),
        (#"{"taskId":"1.2","log":"line"}"#, .job(task: "1.2", .log("line"))),
    ]) func `says what it means`(line: String, message: WorkerMessage) throws {
        #expect(try read(line) == message)
    }

    @Test(arguments: [
        ("", "expected a value"), ("hello", "expected a value"), ("{", "expected a key"),
        (#"{"taskId":"1.2","result":01}"#, "expected ','"), ("[1]", "it is no object"), ("7", "it is no object"),
        ("{}", "'taskId' is missing"), (#"{"ready":false}"#, "'taskId' is missing"),
        (#"{"taskId":"1.2","memory":{"op":"set","name":"a"}}"#, "'memory' needs"),
        (#"{"taskId":"1.2","memory":{"op":"steal","name":"a"}}"#, "'memory' needs"),
        (#"{"taskId":7,"result":1}"#, "'taskId' is no text"),
        (#"{"taskId":"1.2","done":1}"#, "none of"), (#"{"taskId":"1.2","result":1,"error":"x"}"#, "both"),
        (#"{"taskId":"1.2","progress":101}"#, "no number from 0 to 100"),
        (#"{"taskId":"1.2","progress":"much"}"#, "no number from 0 to 100"),
        (#"{"taskId":"1.2","result":1} {"taskId":"1.2","result":1}"#, "unexpected text after the document"),
    ]) func `is refused when it means nothing`(line: String, reason: String) throws {
        let fault = #expect(throws: WorkerFault.self) { try read(line) }
        #expect(fault.map { "\($0)".contains(reason) } ?? false, "\(String(describing: fault))")
    }

    /// The lines that come of the pieces of a stream.
    private func lines(of pieces: [String], limit: Int) throws(WorkerFault) -> [String] {
        var framer = LineFramer(limit: limit)
        var lines: [String] = []
        for piece in pieces {
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: piece.utf8.count, alignment: 1)
            defer { bytes.deallocate() }
            bytes.copyBytes(from: piece.utf8)
            try framer.add(UnsafeRawBufferPointer(bytes)) { (line: UnsafeBufferPointer<UInt8>) throws(WorkerFault) in
                lines.append(String(decoding: line, as: UTF8.self))
            }
        }
        return lines
    }

    @Test func `is cut from the stream wherever it was torn, and bounded`() throws {
        let pieces = ["ab", "c\nd", "\n\nlong en", "d\n12345678", "\n"]
        #expect(try lines(of: pieces, limit: 8) == ["abc", "d", "", "long end", "12345678"])
        for long in [["123456789"], ["1234", "56789"], ["1234", "56789\n"], ["123456789\n"]] {
            #expect(throws: WorkerFault.lineTooLong(limit: 8)) { try lines(of: long, limit: 8) }
        }
    }

    @Test func `holds a job whatever its data look like`() {
        var task = WorkerTask(id: "7.9", type: "a\"b\n", data: "{\n  \"a\": \"\\n\"\r\n}", attempt: 2)
        task.run = 3
        task.key = "build"
        task.checkpoint = "[\n1]"
        task.traceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-0002000000000007-01"
        #expect(
            String(decoding: task.line, as: UTF8.self) == #"{"id":"7.9","type":"a\"b\u000a","data":{   "a": "\n"  },"#
                + #""attempt":2,"run":3,"key":"build","#
                + #""traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-0002000000000007-01","checkpoint":[ 1]}"# + "\n")
    }
}
