/// Lengths of time that steps wait, as people write them.
package enum WaitText {
    /// Seconds, `1h30m`, or words: `1 minute 30 seconds`; `nil`: something else.
    package static func milliseconds(_ text: String) -> Int? {
        guard let duration = DurationText.parseLong(text), duration >= .zero, duration <= DurationText.maximum else {
            return nil
        }
        return duration.wholeMilliseconds
    }
}
