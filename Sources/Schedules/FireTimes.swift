/// The moments at which a cron fires in a zone. Moments are milliseconds of Unix time.
///
/// A change of the zone's clock (summer time) neither drops nor doubles what has a fixed time: a local time that does
/// not exist fires at the first moment after the gap, and several in one gap fire once; a local time that comes twice
/// fires the first time. What repeats within the day (`isInterval`) follows the clock as it shows: times that do not
/// exist are left out, and an hour that comes twice has its fires twice, so that the distance stays.
package struct FireTimes: Sendable {
    package let cron: CronExpression
    package let zone: TimeZone

    package init(_ cron: CronExpression, in zone: TimeZone) {
        self.cron = cron
        self.zone = zone
    }

    /// How far ahead one is looked for: one cycle of the calendar, in seconds.
    private static let horizon = 146_097 * 86_400
    /// Years 1900 to 10000: what lies outside has no next.
    private static let known = -2_208_988_800...253_402_300_800

    /// The first moment after `moment` at which it fires. `nil`: never again, as for an hour that a zone's clock always
    /// leaves out.
    package func next(after moment: Int) -> Int? {
        let seconds = moment.floored(by: 1_000)
        guard Self.known.contains(seconds) else { return nil }
        return (cron.isInterval ? nextByTheClock(after: seconds) : nextOfDay(after: seconds)).map { $0 * 1_000 }
    }

    private func nextByTheClock(after seconds: Int) -> Int? {
        var from = seconds
        while from <= seconds + Self.horizon {
            // `from` itself is too early, and the second after it may belong to the next span.
            let span = zone.span(at: from + 1)
            guard let local = cron.nextLocal(after: from + span.offset) else { return nil }
            let candidate = local - span.offset
            if candidate < span.end { return candidate <= seconds + Self.horizon ? candidate : nil }
            from = span.end - 1
        }
        return nil
    }

    private func nextOfDay(after seconds: Int) -> Int? {
        var local = seconds + zone.span(at: seconds).offset
        // At most as often as a clock that was set back shows times again.
        while let next = cron.nextLocal(after: local) {
            let candidate = zone.moment(ofLocal: next)
            if candidate > seconds { return candidate <= seconds + Self.horizon ? candidate : nil }
            local = next
        }
        return nil
    }
}
