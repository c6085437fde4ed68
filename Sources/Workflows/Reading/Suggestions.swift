/// Finds the word that was probably meant, within a budget: each comparison costs, and a file may have many
/// unknown words and many known ones.
package struct Suggestions {
    /// Pairs of letters that may still be compared.
    private var budget = 1_000_000

    package init() {}

    /// The nearest candidate that differs by at most a third of the word; the first of equals.
    package mutating func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let letters = Self.letters(of: word)
        guard (1...64).contains(letters.count) else { return nil }
        var best: (distance: Int, word: String)?
        for candidate in candidates where candidate != word {
            guard budget > 0 else { break }
            budget -= 1
            let allowed = min(max(1, letters.count / 3), (best?.distance ?? .max) - 1)
            guard abs(candidate.utf8.count - letters.count) <= allowed else { continue }
            if let distance = distance(letters, Self.letters(of: candidate), atMost: allowed) {
                best = (distance, candidate)
            }
        }
        return best?.word
    }

    /// Bytes, with ASCII's capitals made small.
    private static func letters(of word: String) -> [UInt8] {
        word.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Letters to insert, delete, replace or swap with their neighbour; `nil` when there are more than `most`.
    mutating func distance(_ one: [UInt8], _ other: [UInt8], atMost most: Int) -> Int? {
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for row in one.indices {
            budget -= other.count
            var current = [row + 1]
            for column in other.indices {
                let replaced = last[column] + (one[row] == other[column] ? 0 : 1)
                var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            // A swap reaches over one row, so both must be beyond hope.
            if let near = current.min(), near > most, last.allSatisfy({ $0 > most }) { return nil }
            beforeLast = last
            last = current
        }
        return last[other.count] <= most ? last[other.count] : nil
    }
}
