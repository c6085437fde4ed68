/// What the machine was doing for a moment; shares are 0 to 1.
package struct Pressure: Sendable, Equatable {
    /// Of the processors' time in which they had nothing to do; waiting for a disk counts as nothing to do.
    package var idle: Double
    /// Of the time in which something waited for a processor.
    package var cpu: Double
    /// Of the time in which something waited for memory.
    package var memory: Double
    /// Of the time in which something waited for a disk.
    package var io: Double
    /// Of a processor's time that each running job used on average; `nil`: not known.
    package var jobs: Double?

    package init(idle: Double, cpu: Double = 0, memory: Double = 0, io: Double = 0, jobs: Double? = nil) {
        self.idle = idle
        self.cpu = cpu
        self.memory = memory
        self.io = io
        self.jobs = jobs
    }
}

/// Counters of the kernel at one moment, from which pressures between two moments are made.
package struct PressureSample: Sendable, Equatable {
    /// Ticks of all processors together since boot: in all, and those with nothing to do.
    package var ticks: Int
    package var idleTicks: Int
    /// Microseconds since boot in which something waited, from /proc/pressure; `nil` where the kernel does not tell.
    package var cpuStall: Int?
    package var memoryStall: Int?
    package var ioStall: Int?
    /// Processes that run or could, for kernels without /proc/pressure.
    package var runnable: Int
    /// Share of memory that is available.
    package var availableMemory: Double
    /// Milliseconds of processors that the runner's jobs have used so far; `nil` where the kernel does not tell.
    package var jobs: Int?

    /// Between two moments, `milliseconds` apart.
    ///
    /// - Parameter running: jobs at the second one.
    package func pressure(
        since last: PressureSample, milliseconds: Int, processors: Int, running: Int = 0
    ) -> Pressure {
        let ticks = max(1, self.ticks - last.ticks)
        let time = Double(max(1, milliseconds)) * 1_000
        func share(_ now: Int?, _ before: Int?) -> Double? {
            guard let now, let before else { return nil }
            return min(1, max(0, Double(now - before) / time))
        }
        // Without stall times: who is runnable beyond the processors waits.
        let waiting = Double(max(0, runnable - processors)) / Double(processors)
        return Pressure(
            idle: min(1, max(0, Double(idleTicks - last.idleTicks) / Double(ticks))),
            cpu: share(cpuStall, last.cpuStall) ?? min(1, waiting),
            memory: max(share(memoryStall, last.memoryStall) ?? 0, availableMemory < 0.04 ? 1 : 0),
            io: share(ioStall, last.ioStall) ?? 0, jobs: used(since: last, milliseconds, running))
    }

    private func used(since last: PressureSample, _ milliseconds: Int, _ running: Int) -> Double? {
        guard let jobs, let before = last.jobs, running > 0 else { return nil }
        return Double(max(0, jobs - before)) / Double(max(1, milliseconds) * running)
    }
}
