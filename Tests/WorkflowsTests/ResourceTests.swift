import JSON
import Testing
import Workflows

@Suite struct `Resources of a workflow` {
    private let text = """
        parallel: {resources: {cpu: 2, gpu: 4, port: {capacity: 3, indexed: true}, slow: {capacity: 1}}}
        defaults: {memory: 512M}
        steps:
          - {id: a, config: {command: x}, parallel: {resource: gpu}}
          - {id: b, memory: 1.5G, config: {command: x}}
          - {id: c, memory: "800000 KiB", if: "true", config: {command: x}}
          - {id: d, type: wait, config: {duration: 1s}}
        """

    @Test func `are pools, of which some are indexed, and limits of memory`() throws {
        let plan = try workflow(text).plan()
        #expect(plan.pools == ["cpu": 2, "gpu": 4, "port": 3, "slow": 1])
        #expect(plan.indexedPools == ["gpu", "port"])
        let limits = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.id, $0.memoryLimit) })
        #expect(limits == ["a": 512 << 10, "b": 1536 << 10, "c": 800_000, "d": 512 << 10])
    }

    @Test func `stay the same in the canonical form`() throws {
        let first = try workflow(text)
        let second = try workflow(first.canonical.text)
        #expect(second.parallel == first.parallel)
        #expect(second.plan().steps.map(\.memoryLimit) == first.plan().steps.map(\.memoryLimit))
        let unindexed = try workflow(
            "parallel: {resources: {gpu: {capacity: 1, indexed: false}}}\nsteps:\n  - {id: a, config: {command: x}}\n")
        #expect(unindexed.parallel.indexedPools == [])
        #expect(try workflow(unindexed.canonical.text).parallel.indexedPools == [])
    }

    @Test func `of the machine need no declaration`() {
        let text = "steps:\n  - {id: a, config: {command: x}, parallel: {resource: {cpu: 2, memory: 500}}}\n"
        #expect(faults(text) == "")
    }

    @Test(
        arguments: [
            ("", nil), ("512M", 524_288), ("512 MiB", 524_288), ("2g", 2_097_152), ("1.5GB", 1_572_864),
            ("1048576", 1_024), ("1T", 1 << 30), ("5X", nil), ("-1M", nil), ("M", nil), ("1e9", nil), ("1 000M", nil),
            ("99999999999999999999G", nil), ("0.1K", 1),
        ] as [(String, Int?)])
    func `are read as people write amounts of memory`(text: String, kibibytes: Int?) {
        #expect(MemoryText.kibibytes(text) == kibibytes)
    }

    @Test(arguments: [
        Case.step(
            "no amount", "memory: lots\nconfig: {command: x}",
            "flow.yaml:3:13: error: 'memory' of step 'a' must be an amount of memory such as 512M or 2G, not 'lots'"),
        Case.step(
            "too little", "memory: 5K\nconfig: {command: x}",
            "flow.yaml:3:13: error: 'memory' of step 'a' is '5K'; it is at least 1M"),
        Case(
            "a pool without a capacity",
            "parallel: {resources: {p: {indexed: true}}}\nsteps:\n  - {id: a, config: {command: x}}\n",
            "flow.yaml:1:27: error: 'p' in 'resources' of 'parallel' of the workflow has no 'capacity'"),
        Case(
            "a pool with another key",
            "parallel: {resources: {p: {capacity: 1, indexd: true}}}\nsteps:\n  - {id: a, config: {command: x}}\n",
            """
            flow.yaml:1:41: error: unknown key 'indexd' in 'p' in 'resources' of 'parallel' of the workflow; \
            did you mean 'indexed'?
            """),
    ])
    func `that are wrong are named with their place`(fault: Case) {
        #expect(faults(fault.text) == fault.faults)
    }
}
