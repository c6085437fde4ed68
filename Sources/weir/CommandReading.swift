import ArgumentParser

/// Makes a command of the words that were typed.
enum CommandReading {
    /// Whether commands leave out their `check`.
    @TaskLocal static var isUnchecked = false

    /// An option that does not exist is named before anything else that is wrong: without it, what was meant may be right.
    ///
    /// - Throws: what ArgumentParser throws, to be given to `exit(withError:)`.
    static func command() throws -> any ParsableCommand {
        do {
            return try Weir.parseAsRoot()
        } catch {
            guard let unknown = unknownOption() else { throw error }
            throw unknown
        }
    }

    private static func unknownOption() -> (any Error)? {
        do {
            _ = try $isUnchecked.withValue(true) { try Weir.parseAsRoot() }
            return nil
        } catch {
            return Weir.message(for: error).hasPrefix("Unknown option") ? error : nil
        }
    }
}
