extension Duration {
    /// Whole milliseconds, rounded up, so that a length that is not nothing does not become nothing.
    var roundedMilliseconds: Int {
        let (seconds, attoseconds) = components
        let part = attoseconds > 0 ? (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000 : 0
        return Int(
            clamping: seconds.multipliedReportingOverflow(by: 1_000).overflow
                ? Int64.max : seconds * 1_000 + part)
    }
}
