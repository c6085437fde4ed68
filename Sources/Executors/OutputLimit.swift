/// How much of a script's output is kept, standard output and error together.
package struct OutputLimit: Sendable, Equatable {
    /// Bytes kept from the beginning.
    package var head: Int
    /// Bytes kept from the end.
    package var tail: Int

    package init(head: Int = 256 << 10, tail: Int = 768 << 10) {
        precondition(head >= 0 && tail >= 0, "an output limit is not negative")
        self.head = head
        self.tail = tail
    }
}
