extension CronExpression {
    /// The first local time after `local` that fits. Local times are seconds from 1970-01-01 00:00 of the local clock.
    ///
    /// `nil` does not happen for what was parsed, since that fires in every 400 years.
    func nextLocal(after local: Int) -> Int? {
        let minute = local.floored(by: 60) + 1
        let day = minute.floored(by: 1_440)
        if fits(CivilDate(dayNumber: day), dayNumber: day), let time = firstMinute(from: minute - day * 1_440) {
            return (day * 1_440 + time) * 60
        }
        guard let next = firstDay(from: day + 1), let time = firstMinute(from: 0) else { return nil }
        return (next * 1_440 + time) * 60
    }

    /// The first day that fits, from `day` on; looks through one whole cycle of the calendar.
    func firstDay(from day: Int) -> Int? {
        var date = CivilDate(dayNumber: day)
        let lastYear = date.year + 400
        while date.year <= lastYear {
            if months & 1 << UInt64(date.month) != 0 {
                let number = date.dayNumber
                for offset in 0...(date.daysInMonth - date.day) {
                    let candidate = CivilDate(year: date.year, month: date.month, day: date.day + offset)
                    if fits(candidate, dayNumber: number + offset) { return number + offset }
                }
            }
            date = date.firstOfNextMonth
        }
        return nil
    }

    private func fits(_ date: CivilDate, dayNumber: Int) -> Bool {
        guard months & 1 << UInt64(date.month) != 0 else { return false }
        let fitsMonth = daysOfMonth & 1 << UInt64(date.day) != 0
        let fitsWeek = daysOfWeek & 1 << UInt64(CivilDate.weekday(ofDayNumber: dayNumber)) != 0
        return mustFitBothDays ? fitsMonth && fitsWeek : fitsMonth || fitsWeek
    }

    /// The first fitting minute of a day, from `minute` on.
    private func firstMinute(from minute: Int) -> Int? {
        for hour in minute / 60..<24 where hours & 1 << UInt64(hour) != 0 {
            let from = hour == minute / 60 ? minute % 60 : 0
            let left = minutes >> UInt64(from)
            if left != 0 { return hour * 60 + from + left.trailingZeroBitCount }
        }
        return nil
    }
}
