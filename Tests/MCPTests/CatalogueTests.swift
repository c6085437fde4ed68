import Glibc
import JSON
import MCP
import TestSupport
import Testing

@Suite struct `A folder of workflows` {
    @Test func `is read past what is no file, and says so`() async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/good.yaml", "steps: [{id: a, config: {command: x}}]")
            let folder = "\(client.folder)/.conductor/workflows"
            #expect(mkfifo("\(folder)/pipe.yaml", 0o600) == 0)
            #expect(symlink("/dev/zero", "\(folder)/zero.yaml") == 0)
            let entries = try await client.call("list_workflows")["workflows"]?.list ?? []
            #expect(
                entries.compactMap { $0["errors"]?.list?.first?.string } == [
                    ".conductor/workflows/pipe.yaml:1:1: error: this is no regular file",
                    ".conductor/workflows/zero.yaml:1:1: error: this is no regular file",
                ])
            #expect(entries.count { $0["task_ids"] != nil } == 1)
        }
    }

    @Test func `shows nothing of a file outside that is no workflow`() async throws {
        try await withConversation { client in
            try client.write("secret.txt", "hunter2")
            try client.write("outside.yaml", "name: outside\nsteps: [{id: a, config: {command: x}}]")
            try client.write(".conductor/workflows/inside.yaml", "no workflow")
            let folder = "\(client.folder)/.conductor/workflows"
            #expect(symlink("../../secret.txt", "\(folder)/secret.yaml") == 0)
            #expect(symlink("../../outside.yaml", "\(folder)/outside.yaml") == 0)
            let listed = try await client.call("list_workflows").text
            #expect(!listed.contains("hunter2"))
            #expect(listed.contains("this leads to a file outside of the folder"))
            #expect(listed.contains(#""name":"outside""#) && listed.contains("no workflow"))
            let validated = try await client.call(
                "validate_workflow", .object(["workflow_name": .string("secret")]))
            #expect(!validated.text.contains("hunter2"))
            let read = await client.ask("resources/read", .object(["uri": .string("weir://workflows/secret")]))
            #expect(!read.text.contains("hunter2"))
        }
    }
}
