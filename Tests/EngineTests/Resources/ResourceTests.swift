import Executors
import Testing

@testable import Engine

@Suite struct `Memory of an attempt` {
    @Test func `is over its limit once it was seen so, and says by how much`() {
        var memory = AttemptMemory(limit: 512 << 10, group: nil)
        memory.saw(TreeMemory(kibibytes: 500 << 10, processes: 2))
        #expect(memory.verdict == nil)
        memory.saw(TreeMemory(kibibytes: 612 << 10, processes: 3))
        memory.saw(TreeMemory(kibibytes: 100 << 10, processes: 1))
        #expect(memory.peak == 612 << 10)
        #expect(
            memory.verdict
                == "used 612 MiB of memory; its limit is 512 MiB (all processes of the job together)")
    }

    @Test(arguments: [
        (900, "900 KiB"), (1024, "1 MiB"), (1536, "1.5 MiB"), (1023 << 10, "1023 MiB"), (300_000, "293 MiB"),
    ])
    func `is told in units for people`(kibibytes: Int, text: String) {
        #expect(AttemptMemory.text(kibibytes) == text)
    }
}

@Suite struct `Units of pools` {
    @Test func `are told in variables`() {
        #expect(
            PoolVariables.make(#"{"gpu":[0,2],"usb.port-1":[7]}"#) == [
                "WEIR_POOL_GPU": "0,2", "CUDA_VISIBLE_DEVICES": "0,2", "WEIR_POOL_USB_PORT_1": "7",
            ])
        #expect(PoolVariables.make(nil) == [:])
        #expect(PoolVariables.make("nonsense") == [:])
    }
}
