/// The text of a statement.
///
/// Only a literal makes one, so that no value can be interpolated into it. The address of the literal is its identity,
/// and the key of a connection's statement cache.
package struct SQL: ExpressibleByStringLiteral, Sendable, Hashable {
    let literal: StaticString

    package init(stringLiteral text: StaticString) {
        precondition(text.hasPointerRepresentation, "a statement is longer than one character")
        literal = text
    }

    package var text: String { literal.description }

    var address: UnsafePointer<UInt8> { literal.utf8Start }

    package static func == (left: SQL, right: SQL) -> Bool { left.address == right.address }

    package func hash(into hasher: inout Hasher) { hasher.combine(address) }
}
