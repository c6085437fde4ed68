import JSON
import Testing

@Suite struct `JSON values` {
    @Test func `keep whole numbers whole`() { #expect(JSONValue.integer(1) != .decimal(1)) }
}
