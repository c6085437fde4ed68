/// Keeps secrets out of texts that are stored or shown, also where a text comes in pieces.
struct SecretFilter {
    static let mask = "[secret]"
    private let secrets: [[UInt8]]
    /// What may be the beginning of a secret.
    private var held: [UInt8] = []

    /// Bytes of the shortest one: what stands for a key where none is needed may be a word of any answer.
    static let shortest = 8

    init(_ secrets: [String]) {
        self.secrets = Set(secrets).filter { $0.utf8.count >= Self.shortest }.map { Array($0.utf8) }.sorted {
            $0.count > $1.count
        }
    }

    /// What can be shown by now of all that came.
    mutating func pass(_ text: String) -> String {
        guard !secrets.isEmpty else { return text }
        held += text.utf8
        var shown: [UInt8] = []
        var index = 0
        while index < held.count {
            let rest = held[index...]
            if let secret = secrets.first(where: { rest.starts(with: $0) }) {
                shown += Self.mask.utf8
                index += secret.count
            } else if secrets.contains(where: { $0.count > rest.count && $0.starts(with: rest) }) {
                break
            } else {
                shown.append(held[index])
                index += 1
            }
        }
        held.removeFirst(index)
        return String(decoding: shown, as: UTF8.self)
    }

    /// What was held back.
    mutating func finish() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }

    /// A whole text without secrets.
    func clean(_ text: String) -> String {
        var filter = self
        filter.held = []
        return filter.pass(text) + filter.finish()
    }
}
