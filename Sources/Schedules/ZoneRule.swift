/// How a zone's clock goes on for ever: a standard time, and perhaps a summer time with the rules of its days, as the
/// last line of a zone's file has it (POSIX TZ, with the extensions of RFC 9636).
struct ZoneRule: Sendable, Hashable {
    struct Change {
        var moment: Int
        /// From then on.
        var offset: Int
    }

    /// A moment of each year by the local clock that goes until then.
    struct Day: Sendable, Hashable {
        enum Form: Sendable, Hashable {
            /// The `week`th such weekday of the month; 5 is the last.
            case week(month: Int, week: Int, weekday: Int)
            /// From 1; the leap day is never counted.
            case julian(Int)
            /// From 0, with leap days.
            case dayOfYear(Int)
        }
        var form: Form
        /// Seconds from that day's midnight, perhaps before it or days later.
        var time: Int

        func local(in year: Int) -> Int {
            let newYear = CivilDate(year: year, month: 1, day: 1).dayNumber
            switch form {
            case .dayOfYear(let day): return (newYear + day) * 86_400 + time
            case .julian(let day):
                return (newYear + day - (CivilDate.isLeap(year) && day >= 60 ? 0 : 1)) * 86_400 + time
            case .week(let month, let week, let weekday):
                let first = CivilDate(year: year, month: month, day: 1)
                let number = first.dayNumber
                let wait = (weekday - CivilDate.weekday(ofDayNumber: number) + 7) % 7
                var day = wait + (week - 1) * 7
                if day >= first.daysInMonth { day -= 7 }
                return (number + day) * 86_400 + time
            }
        }
    }

    struct Summer: Sendable, Hashable {
        var offset: Int
        var start: Day
        var end: Day
    }

    var offset: Int
    var summer: Summer?

    /// The changes of the years about the moment, ascending.
    func changes(around moment: Int) -> [Change] {
        guard let summer else { return [] }
        let year = CivilDate(dayNumber: moment.floored(by: 86_400)).year
        var changes: [Change] = []
        for year in year - 1...year + 1 {
            changes.append(Change(moment: summer.start.local(in: year) - offset, offset: summer.offset))
            changes.append(Change(moment: summer.end.local(in: year) - summer.offset, offset: offset))
        }
        // Where summer time lasts the whole year, it begins anew when it ends: the later beginning holds.
        return changes.enumerated().sorted { left, right in
            if left.element.moment != right.element.moment { return left.element.moment < right.element.moment }
            return left.element.offset == offset && right.element.offset != offset
        }.map(\.element)
    }
}
