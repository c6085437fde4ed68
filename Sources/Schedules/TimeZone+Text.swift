extension TimeZone {
    /// A moment as the zone's clock shows it: `2026-03-29T03:00:00+02:00`.
    ///
    /// - Parameter moment: milliseconds of Unix time.
    package func text(of moment: Int) -> String {
        let seconds = moment.floored(by: 1_000)
        let offset = span(at: seconds).offset
        let local = seconds + offset
        let date = CivilDate(dayNumber: local.floored(by: 86_400))
        let time = local - date.dayNumber * 86_400
        let east = abs(offset)
        return "\(date.year)-\(Self.two(date.month))-\(Self.two(date.day))T\(Self.two(time / 3_600)):"
            + "\(Self.two(time / 60 % 60)):\(Self.two(time % 60))"
            + (offset < 0 ? "-" : "+") + "\(Self.two(east / 3_600)):\(Self.two(east / 60 % 60))"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
