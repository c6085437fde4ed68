import Testing

@testable import Workflows

/// The listings between the fences of a page.
private func listings(_ path: String) throws -> [String] {
    let text = String(decoding: try Fixture.repository(path), as: UTF8.self)
    return text.components("```yaml\n").dropFirst().compactMap { $0.components("```").first }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map { String($0) }
    }
}

@Suite struct `The page about tasks` {
    @Test func `has listings that are what it says`() throws {
        let listings = try listings("docs/tasks-dialect.md")
        try #require(listings.count == 3)
        #expect(faults(listings[0]) == "")
        #expect(faults(listings[2]) == "")
        let configuration = ConfigurationParser.parse(listings[1])
        #expect(configuration.diagnostics.isEmpty)
        var flow = try workflow(listings[0])
        #expect(flow.dialect == .tasks)
        #expect(try #require(configuration.configuration).resolve(&flow) == [])
        #expect(try workflow(listings[2]).dialect == .orchestrator)
    }

    @Test func `names every key`() throws {
        let page = String(decoding: try Fixture.repository("docs/tasks-dialect.md"), as: UTF8.self)
        // `steps` is a word of the other page; 'planner' is told with the types of steps.
        for key in TaskDocumentReader.keys + TaskReader.keys where !["planner", "retry"].contains(key) {
            #expect(page.contains("`\(key)") || page.contains(".\(key)`"), "\(key)")
        }
    }
}
