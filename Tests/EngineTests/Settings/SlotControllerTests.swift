import Testing

@testable import Engine

@Suite struct `Slots by load` {
    private static let idle = Pressure(idle: 0.98)
    private static let busy = Pressure(idle: 0.01, cpu: 0.3)
    private static let overrun = Pressure(idle: 0.0, cpu: 0.9)
    private static let shortOfMemory = Pressure(idle: 0.9, memory: 0.4)

    private func controller(_ range: ClosedRange<Int> = 1...32, processors: Int = 4) -> SlotController {
        SlotController(range: range, processors: processors)
    }

    /// The slots after each look.
    private func trace(_ controller: inout SlotController, _ looks: [Pressure], isSaturated: Bool = true) -> [Int] {
        looks.map { pressure in
            controller.look(pressure, isSaturated: isSaturated)
            return controller.slots
        }
    }

    @Test func `begin with a slot for each processor, within the range`() {
        #expect(controller().slots == 4)
        #expect(controller(1...2).slots == 2)
    }

    @Test func `double while jobs wait and processors have nothing to do, up to the bound`() {
        var controller = controller()
        #expect(trace(&controller, Array(repeating: Self.idle, count: 5)) == [8, 16, 32, 32, 32])
    }

    @Test func `grow slowly when processors have something to do`() {
        var controller = controller()
        #expect(trace(&controller, Array(repeating: Pressure(idle: 0.3), count: 4)) == [5, 6, 7, 8])
    }

    @Test func `stay as many as processors while these are busy`() {
        var controller = controller()
        #expect(trace(&controller, Array(repeating: Self.busy, count: 20)) == Array(repeating: 4, count: 20))
        #expect(trace(&controller, Array(repeating: Self.overrun, count: 20)) == Array(repeating: 4, count: 20))
    }

    @Test func `grow for jobs that hardly use a processor, however busy others keep them`() {
        var controller = controller()
        let others = Pressure(idle: 0, cpu: 0.9, jobs: 0.01)
        #expect(trace(&controller, [others, others, others]) == [8, 16, 32])
        let ours = Pressure(idle: 0, cpu: 0.9, jobs: 0.3)
        #expect(trace(&controller, Array(repeating: ours, count: 40)).last == 4)
    }

    @Test func `stay as they are while no job waits for one`() {
        var controller = controller()
        #expect(trace(&controller, [Self.idle, Self.idle], isSaturated: false) == [4, 4])
    }

    @Test func `stay as they are while disks hold everything up`() {
        var controller = controller()
        #expect(trace(&controller, [Pressure(idle: 0.9, io: 0.8)]) == [4])
    }

    @Test func `go back when processors are overrun twice in a row, to one for each at the least`() {
        var controller = controller()
        #expect(trace(&controller, [Self.idle, Self.idle, Self.idle]) == [8, 16, 32])
        #expect(trace(&controller, [Self.overrun, Self.idle]) == [32, 32])
        let shrinking = trace(&controller, Array(repeating: Self.overrun, count: 40))
        #expect(shrinking.first == 32)
        #expect(shrinking.last == 4)
        #expect(zip(shrinking, shrinking.dropFirst()).allSatisfy { $0 >= $1 })
        // What went wrong once is tried again in small steps.
        #expect(trace(&controller, [Self.idle, Self.idle]) == [5, 6])
    }

    @Test func `go back at once when memory runs short, below the processors if need be, and come back later`() {
        var controller = controller()
        #expect(trace(&controller, [Self.idle, Self.shortOfMemory, Self.shortOfMemory]) == [8, 6, 5])
        #expect(trace(&controller, Array(repeating: Self.shortOfMemory, count: 6)).last == 1)
        let recovery = trace(&controller, Array(repeating: Self.busy, count: 16))
        #expect(recovery.prefix(SlotController.pause - 1).allSatisfy { $0 == 1 })
        #expect(recovery.last == 4)
    }

    @Test func `never leave their range, whatever the load does`() {
        var generator = SystemRandomNumberGenerator()
        var controller = controller(1...9, processors: 3)
        for _ in 0..<2_000 {
            let pressure = Pressure(
                idle: .random(in: 0...1, using: &generator), cpu: .random(in: 0...1, using: &generator),
                memory: .random(in: 0...0.2, using: &generator), io: .random(in: 0...1, using: &generator))
            controller.look(pressure, isSaturated: .random(using: &generator))
            #expect((1...9).contains(controller.slots))
        }
    }
}

@Suite struct `The load of the machine` {
    @Test func `is read from the kernel's files`() throws {
        let stat = "cpu  100 0 50 800 50 0 0 0 10 0\ncpu0 1 2 3\n"
        #expect(PressureSample.ticks(in: stat).map { [$0.all, $0.idle] } == [1_000, 850])
        #expect(PressureSample.ticks(in: "intr 1") == nil)
        let pressure = "some avg10=0.00 avg60=0.10 avg300=0.00 total=123456\nfull avg10=0.00 total=7\n"
        #expect(PressureSample.stall(in: pressure) == 123_456)
        #expect(PressureSample.stall(in: "") == nil)
        #expect(PressureSample.runnable(in: "0.52 0.58 0.59 5/411 12345\n") == 4)
        #expect(PressureSample.availableMemory(in: "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 250 kB\n") == 0.25)
        let sample = try #require(PressureSample.read())
        #expect(sample.ticks > 0)
        #expect((0...1).contains(sample.availableMemory))
    }

    @Test func `is what happened between two samples`() {
        let first = PressureSample(
            ticks: 1_000, idleTicks: 500, cpuStall: 0, memoryStall: 0, ioStall: 10, runnable: 1, availableMemory: 0.5)
        var second = first
        second.ticks = 1_200
        second.idleTicks = 550
        second.cpuStall = 300_000
        second.ioStall = 1_000_010
        #expect(
            second.pressure(since: first, milliseconds: 1_000, processors: 2)
                == Pressure(idle: 0.25, cpu: 0.3, memory: 0, io: 1))
        second.availableMemory = 0.01
        #expect(second.pressure(since: first, milliseconds: 1_000, processors: 2).memory == 1)
    }

    @Test func `tells how much of a processor a job of ours uses`() throws {
        let first = PressureSample(ticks: 0, idleTicks: 0, runnable: 0, availableMemory: 1, jobs: 1_000)
        var second = first
        second.jobs = 1_500
        let pressure = second.pressure(since: first, milliseconds: 1_000, processors: 2, running: 5)
        #expect(pressure.jobs == 0.1)
        let stat = "77 (a) b (c)) S 1 77 77 0 -1 4194304 99 0 0 0 10 20 30 40 20 0 1 0 123"
        #expect(JobLoad.ticks(in: stat) == 100)
        #expect(JobLoad.ticks(in: "") == nil)
    }

    @Test func `is told by who is runnable where the kernel has no pressures`() {
        let first = PressureSample(ticks: 0, idleTicks: 0, runnable: 2, availableMemory: 0.5)
        var second = first
        second.ticks = 200
        #expect(second.pressure(since: first, milliseconds: 1_000, processors: 2) == Pressure(idle: 0))
        second.runnable = 4
        #expect(second.pressure(since: first, milliseconds: 1_000, processors: 2) == Pressure(idle: 0, cpu: 1))
    }
}
