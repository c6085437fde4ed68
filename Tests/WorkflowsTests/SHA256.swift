/// The SHA-256 of a fixture, by FIPS 180-4, to state that a listing is the reference's own.
enum SHA256 {
    static func text(of bytes: [UInt8]) -> String {
        var state = firstFractions(of: 8, root: squareRoot)
        let constants = firstFractions(of: 64, root: cubeRoot)
        var message = bytes + [0x80]
        while message.count % 64 != 56 { message.append(0) }
        message += (0..<8).reversed().map { UInt8(truncatingIfNeeded: (bytes.count * 8) >> (8 * $0)) }
        for block in stride(from: 0, to: message.count, by: 64) {
            add(message[block..<(block + 64)], to: &state, constants)
        }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private static func add(_ block: ArraySlice<UInt8>, to state: inout [UInt32], _ constants: [UInt32]) {
        var words = [UInt32](repeating: 0, count: 64)
        for (index, byte) in block.enumerated() { words[index / 4] = words[index / 4] << 8 | UInt32(byte) }
        for index in 16..<64 {
            let (early, late) = (words[index - 15], words[index - 2])
            let one = turn(early, 7) ^ turn(early, 18) ^ (early >> 3)
            let two = turn(late, 17) ^ turn(late, 19) ^ (late >> 10)
            words[index] = words[index - 16] &+ one &+ words[index - 7] &+ two
        }
        var v = state
        for index in 0..<64 {
            let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
            let first =
                v[7] &+ (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) &+ choice &+ constants[index] &+ words[index]
            let second = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) &+ majority
            v = [first &+ second, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
        }
        for index in 0..<8 { state[index] = state[index] &+ v[index] }
    }

    private static func turn(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

    /// The first 32 bits behind the point of the roots of the first primes, which is where the standard's numbers are from.
    private static func firstFractions(of count: Int, root: (Double) -> Double) -> [UInt32] {
        var primes: [Int] = []
        var candidate = 2
        while primes.count < count {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map { prime in
            let value = root(Double(prime))
            return UInt32((value - value.rounded(.down)) * 4_294_967_296)
        }
    }

    private static func squareRoot(_ value: Double) -> Double { value.squareRoot() }

    /// Newton's, until it stands still.
    private static func cubeRoot(_ value: Double) -> Double {
        var root = value
        for _ in 0..<100 { root -= (root * root * root - value) / (3 * root * root) }
        return root
    }
}
