/// The work that one evaluation may still do, in bytes that are looked at or made.
///
/// A short expression can ask for more than any machine has: `replace` within `replace` grows a text with every level,
/// and a list may hold one large result ten thousand times. A class, since all parts of one evaluation draw on it.
final class ExpressionBudget {
    static let whole = 64 << 20
    /// What an element of a list costs.
    static let element = 16

    private(set) var left: Int

    init(_ amount: Int = whole) { left = amount }

    func charge(_ amount: Int, at offset: Int) throws(ExpressionError) {
        guard amount <= left else {
            throw ExpressionError(
                "the values are too large: an expression works on at most \(Self.whole >> 20) MiB", offset: offset)
        }
        left -= amount
    }
}
