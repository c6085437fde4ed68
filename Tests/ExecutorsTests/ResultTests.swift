import Glibc
import Testing

@testable import Executors

@Suite struct `The result of a job` {
    private func value(_ output: String) -> JobResult { ResultReader.value(of: Array(output.utf8)) }

    @Test func `is its output as it is, where that is JSON`() {
        #expect(value(" {\"a\": [1, 2]}\n") == .json("{\"a\": [1, 2]}"))
        #expect(value("42\n") == .json("42"))
        #expect(value("true") == .json("true"))
    }

    @Test func `is a JSON string, where its output is text`() {
        #expect(value("hello\n\n") == .json("\"hello\""))
        #expect(value("  a\tb\r\n") == .json("\"  a\\tb\""))
        #expect(value("say \"hi\" \\ \u{1}") == .json(#""say \"hi\" \\ \u0001""#))
        #expect(value("two words") == .json("\"two words\""))
        #expect(value("{not json}") == .json("\"{not json}\""))
        #expect(value("nothing\nmore\n") == .json(#""nothing\nmore""#))
        #expect(value("1 2") == .json("\"1 2\""))
    }

    @Test func `is nothing, where there is no output or only a part of it`() throws {
        #expect(value("") == .none)
        #expect(value("\n") == .none)
        #expect(try ResultReader.value(file: nil, standardOutput: nil) == .none)
    }

    @Test func `is repaired, where it is not UTF-8`() {
        #expect(ResultReader.value(of: [0x61, 0xFF, 0x62]) == .json("\"a\u{FFFD}b\""))
        #expect(ResultReader.value(of: [0x22, 0xFF, 0x22]) == .json("\"\\\"\u{FFFD}\\\"\""))
    }
}

extension ProcessTests {
    @Suite struct `The result file` {
        private func withFile(_ body: (ResultFile) throws -> Void) throws {
            try withFolder { folder in
                let results = try ResultFolder(path: folder + "/results")
                try body(results.file(named: "7.1"))
                results.remove()
                #expect(access(results.path, F_OK) != 0)
            }
        }

        @Test func `counts more than standard output, and is gone afterwards`() throws {
            try withFile { file in
                try write("{\"a\": 1}\n", to: file.path)
                #expect(try ResultReader.value(file: file, standardOutput: Array("x".utf8)) == .json("{\"a\": 1}"))
                #expect(access(file.path, F_OK) != 0)
                #expect(try ResultReader.value(file: file, standardOutput: Array("x".utf8)) == .json("\"x\""))
            }
        }

        @Test func `lies in a folder that nobody else can open`() throws {
            try withFile { file in
                var status = stat()
                let folder = String(file.path.dropLast("/7.1".utf8.count))
                #expect(stat(folder, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o700)
                #expect(throws: Never.self) { try ResultFolder(path: folder) }
                #expect(throws: ResultError.folder("/no/such/results", errno: ENOENT)) {
                    try ResultFolder(path: "/no/such/results")
                }
            }
        }

        @Test func `must be JSON, and the error says where it is not`() throws {
            try withFile { file in
                try write("{\n  \"a\": nope\n}", to: file.path)
                let error = #expect(throws: ResultError.self) {
                    try ResultReader.value(file: file, standardOutput: nil)
                }
                #expect(
                    error?.description == "the file $WEIR_RESULT must hold JSON: line 2, column 8: expected a value")
                try write("", to: file.path)
                #expect(throws: ResultError.self) { try ResultReader.value(file: file, standardOutput: nil) }
            }
        }

        @Test func `must be a small regular file`() throws {
            try withFile { file in
                try write(String(repeating: "1", count: 101), to: file.path)
                #expect(throws: ResultError.tooLarge(limit: 100)) { try file.read(limit: 100) }
                symlink("/etc/passwd", file.path)
                #expect(throws: ResultError.notRegular) { try file.read() }
                mkfifo(file.path, 0o600)
                #expect(throws: ResultError.notRegular) { try file.read() }
                mkdir(file.path, 0o700)
                #expect(throws: ResultError.notRegular) { try file.read() }
                rmdir(file.path)
                #expect(try file.read() == nil)
            }
        }
    }
}

@Suite struct `The JSON check` {
    private func fault(_ text: String) -> JSONFault? {
        fault(Array(text.utf8))
    }

    private func fault(_ bytes: [UInt8]) -> JSONFault? {
        bytes.withUnsafeBufferPointer { buffer in
            do throws(JSONFault) {
                try JSONCheck.check(buffer)
                return nil
            } catch { return error }
        }
    }

    @Test(arguments: [
        "{}", "[]", " [ ] ", "null", "-0", "-0.5e-7", "1E+2", "\"\"", "[1,[2,{\"a\":[]}],\"\\u00e9\\n\"]",
        "{\"a\":{\"b\":null},\"c\":[true,false]}", "\"\u{FC}\"", "[[[]]]", "{\"\":{}}",
    ])
    func `takes what RFC 8259 allows`(text: String) {
        #expect(fault(text) == nil)
    }

    @Test(arguments: [
        "", " ", "{", "[", "]", "[1,]", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1",
        "-",
        "1e", "'a'", "\"a", "\"\\q\"", "\"\\u12g4\"", "\"\n\"", "nul", "nulll", "true false", "[1 2]", "{\"a\" 1}",
        "NaN",
        "[1}", "{\"a\":1]", "//x", "[}",
    ])
    func `refuses everything else`(text: String) {
        #expect(fault(text) != nil)
    }

    @Test func `refuses what is not UTF-8`() {
        #expect(fault([0x22, 0xC3, 0x28, 0x22])?.problem == "a string is not UTF-8")
        #expect(fault([0xEF, 0xBB, 0xBF, 0x31])?.problem == "expected a value")
    }

    @Test func `counts lines and columns from 1`() {
        #expect(fault("[1,\n 2,\n x]") == JSONFault(offset: 9, line: 3, column: 2, problem: "expected a value"))
        #expect(fault("[1") == JSONFault(offset: 2, line: 1, column: 3, problem: "expected ',' or ']'"))
    }

    @Test func `bounds the depth`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(fault(nested(512)) == nil)
        #expect(fault(nested(513))?.problem == "nested deeper than 512")
    }
}
