/// Finds the word that was probably meant, within a budget: each comparison costs, and a file may have many
/// unknown words and many known ones.
struct Suggestions {
    private var budget = 1_000_000

    /// The nearest candidate that differs by at most a third of the word; the first of equals.
    mutating func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased().unicodeScalars)
        guard (1...64).contains(letters.count) else { return nil }
        var best: (distance: Int, word: String)?
        for candidate in candidates where candidate != word && budget > 0 {
            budget -= 1
            let allowed = min(max(1, letters.count / 3), (best?.distance ?? .max) - 1)
            guard abs(candidate.unicodeScalars.count - letters.count) <= allowed else { continue }
            let distance = Self.distance(letters, Array(candidate.lowercased().unicodeScalars))
            if distance <= allowed { best = (distance, candidate) }
        }
        return best?.word
    }

    /// Letters to insert, delete, replace or swap with their neighbour.
    static func distance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for row in one.indices {
            var current = [row + 1]
            for column in other.indices {
                let replaced = last[column] + (one[row] == other[column] ? 0 : 1)
                var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[other.count]
    }
}
