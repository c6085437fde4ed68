/// The names of types of jobs.
enum TypeName {
    /// - Throws: a `WeirError` that says what a type is.
    static func require(_ type: String) throws {
        let isName =
            !type.isEmpty && type.utf8.count <= 128
            && type.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "._-:/".utf8.contains(byte)
                }
            }
        guard isName else {
            throw WeirError(
                .invalid, "'\(type)' is no type: a type is a name of at most 128 letters, digits and . _ - : /")
        }
    }
}
