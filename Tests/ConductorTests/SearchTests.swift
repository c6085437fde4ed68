import JSON
import Jobs
import TestSupport
import Testing

@testable import Conductor

@Suite struct `A search for executions` {
    @Test func `is sorted by what it says`() throws {
        try withStage { stage in
            try stage.define(#"{"name":"w","tasks":[\#(simple("a"))]}"#)
            var ids: [String] = []
            for _ in 0..<3 {
                ids.append(try stage.start("w"))
                stage.time.advance(by: 1_000)
            }
            let tasks = try stage.change { try $0.poll(RemoteType("a"), worker: nil, count: 3) }
            for task in [tasks[1], tasks[2], tasks[0]] {
                try stage.update(task)
                stage.time.advance(by: 1)
            }
            func found(_ sort: String) throws -> [Int] {
                let page = try stage.look { try $0.search(query: "", text: "*", start: 0, size: 9, sort: sort) }
                return page.elements("results").compactMap { row in
                    ids.firstIndex { $0 == row.text("workflowId") }
                }
            }
            #expect(try found("") == [2, 1, 0])
            #expect(try found("startTime:ASC") == [0, 1, 2])
            #expect(try found("endTime:DESC") == [0, 2, 1])
            #expect(try found("status|endTime:asc") == [1, 2, 0])
            for sort in ["endTime:down", "nothing", "endTime:ASC:x"] {
                #expect(throws: ConductorFault.self) { try found(sort) }
            }
        }
    }

    @Test(arguments: [
        "status = 'x' OR 1=1", "status = 'x' or status = 'y'", "status = x OR y", "status = 'x", #"status = 'a"b'c'"#,
        "status IN ('x' OR 'y')",
    ])
    func `that joins conditions by anything but AND is refused`(query: String) {
        let fault = #expect(throws: ConductorFault.self) { try SearchQuery(query) }
        #expect(fault?.status == 400)
    }

    @Test func `takes such words within quotes for text`() throws {
        let query = try SearchQuery(#"workflowType = "it's this OR that" AND correlationId IN ('a "b"', c)"#)
        let values = query.conditions.map { condition -> [String] in
            if case .isAmong(let values) = condition.test { values } else { [] }
        }
        #expect(values == [["it's this OR that"], [#"a "b""#, "c"]])
    }
}
