import TestSupport
import Testing

/// What the other tests run is what the references print: no byte of a listing was changed to make it pass.
@Suite struct `The references' listings` {
    @Test(
        arguments: [
            ("automatic-detection", "c946ca4e519f0f3f5e972fbc5e41fa3d1b5a2aee5859c228224ed4f6f76ce9d0"),
            ("workflow-level", "e7a0a3eafc06e1fad22bb6b167e9c06af67a3487a32013e8b13320ba009602c5"),
            ("step-level", "b6915fa5652a6f2eda123fe59a6990a89d67e5d67a08c417a07e724c6991643a"),
            ("resource-management", "b094f859ed6c9c5ffbc7bd4ae88b0976181114743805d0a71e9a4131ffd4c74e"),
            ("error-handling", "93c5a0f12ce39e03daba3faf9d417093a8dd97906bc56feb5c91038d3891977a"),
            ("complex", "edabc853e46a633efc943e840e67cc71b1e2748f3ae039969fb258ac26423f5d"),
            ("template-03-parallel-execution", "53f618c7e820a3b2281c5053065e42f1784ca4b98d5f3d85844660814cfd09ea"),
        ])
    func `are here byte for byte`(name: String, digest: String) throws {
        try withHost { host in
            let folder = #filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined()
            let path = "\(folder)/WorkflowsTests/Fixtures/\(name).yaml"
            let process = try TestProcess(["sha256sum", path], in: host.folder)
            #expect(try process.wait().exitCode == 0, "\(process.error)")
            #expect(process.output == "\(digest)  \(path)\n")
        }
    }
}
