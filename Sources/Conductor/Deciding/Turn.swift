/// What is decided within one transaction, so that others get to write in between: the rest comes in further ones.
final class Turn {
    private static let mostRows = 2_000
    private static let mostBytes = 8 << 20

    private var rows = 0
    private var bytes = 0

    /// Nothing more is begun.
    var isOver: Bool { rows >= Self.mostRows || bytes >= Self.mostBytes }

    /// - Parameter bytes: of input and output.
    func note(rowOf bytes: Int) {
        rows += 1
        self.bytes += bytes
    }

    /// An execution was looked at: to read a row costs a tenth of making it.
    func note(lookAt rows: Int) { self.rows += 1 + rows / 10 }
}
