/// How many slots the profile `auto` gives a runner: more while jobs wait and processors have nothing to do, fewer when
/// memory runs short or processors are overrun. Jobs that hardly use a processor may be many, however busy others keep
/// the processors. Knows neither clocks nor files.
package struct SlotController: Sendable {
    /// Slots at present.
    package private(set) var slots: Int
    package let range: ClosedRange<Int>
    let processors: Int
    /// Looks at which slots may not grow: memory ran short a moment ago.
    private var rest = 0
    /// Before something went wrong for the first time, slots grow fast.
    private var isProbing = true
    /// Looks in a row at which processors were overrun.
    private var overruns = 0

    /// Looks without growth after memory ran short.
    static let pause = 10
    /// Below this share the processors have nothing left to give.
    static let scarceIdle = 0.15
    /// Above this share much is left.
    static let plentyIdle = 0.5
    static let memoryLimit = 0.10
    static let cpuLimit = 0.60
    static let ioLimit = 0.60
    /// A job that uses less of a processor than this waits for something else.
    static let sleepyJob = 0.08

    package init(range: ClosedRange<Int>, processors: Int) {
        self.range = range
        self.processors = max(1, processors)
        slots = min(max(processors, range.lowerBound), range.upperBound)
    }

    /// One look, about once a second while jobs run.
    ///
    /// - Parameter isSaturated: whether all slots were taken since the last look, and more jobs may wait.
    package mutating func look(_ pressure: Pressure, isSaturated: Bool) {
        if pressure.memory > Self.memoryLimit {
            isProbing = false
            rest = Self.pause
            set(slots - max(1, slots / 4))
            return
        }
        if rest > 0 { rest -= 1 }
        let isSleepy = pressure.jobs.map { $0 < Self.sleepyJob } ?? false
        if !isSleepy, pressure.idle < Self.scarceIdle, pressure.cpu > Self.cpuLimit, slots > processors {
            overrun()
            return
        }
        overruns = 0
        guard isSaturated, rest == 0 else { return }
        grow(pressure, isSleepy: isSleepy)
    }

    /// Overrun twice in a row is no accident. Never below the number of processors: others' work overruns them, too.
    private mutating func overrun() {
        overruns += 1
        guard overruns >= 2 else { return }
        isProbing = false
        set(max(processors, slots - max(1, (slots - processors) / 4)))
    }

    /// Fewer slots than processors, after memory ran short, come back whether processors are idle or not.
    private mutating func grow(_ pressure: Pressure, isSleepy: Bool) {
        if slots < processors {
            set(slots + 1)
        } else if isSleepy || pressure.idle >= Self.scarceIdle, pressure.io < Self.ioLimit {
            let step = isProbing && (isSleepy || pressure.idle >= Self.plentyIdle) ? slots : max(1, slots / 4)
            set(slots + step)
        }
    }

    private mutating func set(_ wanted: Int) { slots = min(max(wanted, range.lowerBound), range.upperBound) }
}
