/// The faults found so far in one text.
///
/// A class, since every reader of a part of the document adds to the same list; it never leaves the parser.
final class Findings {
    /// More would help nobody, and a message names its neighbours: the list of a broken file of 100,000 steps
    /// must not be larger than the file.
    static let limit = 1000

    let source: SourceText
    /// Keys put in the place of repeated ones (see `DocumentReader`); readers pass over them.
    var maskedKeys: Set<String> = []
    private(set) var hasErrors = false
    private var diagnostics: [Diagnostic] = []
    /// An alias is read wherever it stands, its faults are reported once.
    private var known: Set<Diagnostic> = []
    private var suggestions = Suggestions()

    init(source: SourceText) {
        self.source = source
    }

    func error(_ message: String, at place: Place) {
        hasErrors = true
        add(Diagnostic(severity: .error, line: place.line, column: place.column, message: message))
    }

    func warning(_ message: String, at place: Place) {
        add(Diagnostic(severity: .warning, line: place.line, column: place.column, message: message))
    }

    /// `; did you mean 'build'?`, or nothing when no candidate is near.
    func hint(for word: String, among candidates: some Sequence<String>) -> String {
        guard diagnostics.count < Self.limit else { return "" }
        return suggestions.nearest(to: word, among: candidates).map { "; did you mean \(quoted($0))?" } ?? ""
    }

    /// In the order of the text.
    func sorted() -> [Diagnostic] {
        diagnostics.enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
        }.map(\.element)
    }

    private func add(_ diagnostic: Diagnostic) {
        guard diagnostics.count < Self.limit, known.insert(diagnostic).inserted else { return }
        diagnostics.append(diagnostic)
    }
}
