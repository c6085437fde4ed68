import Glibc
import TestSupport

/// `weir serve` on a host's database, and what the page's tests find there.
final class PageServer {
    let address: String
    private let process: TestProcess

    init(on host: Host, _ arguments: String...) throws {
        let process = try host.start(["serve", "--port", "0"] + arguments)
        var found: Substring?
        try eventually("the server listens: \(process.error)") {
            found = process.error.firstMatch(of: /serving (http:[^;]*);/)?.1
            return found != nil
        }
        self.process = process
        address = found.map(String.init) ?? ""
    }

    deinit { try? process.kill() }

    var error: String { process.error }

    func end() throws {
        process.send(SIGTERM)
        let end = try process.wait(within: 60)
        guard end.exitCode == 0 else { throw TestFailure("weir serve: \(end) \(process.error)") }
    }

    func curl(_ path: String, _ arguments: String...) throws -> (head: String, body: String) {
        let client = try TestProcess(["curl", "-sS", "-i", "--path-as-is"] + arguments + [address + path], in: "/tmp")
        let end = try client.wait()
        guard end.exitCode == 0 else { throw TestFailure("curl: \(end) \(client.error)") }
        let parts = client.output.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }

    // MARK: Workflows

    static let folder = ".conductor/workflows"

    static func prepare(_ host: Host) throws {
        for part in ["", "/workflows"] { mkdir("\(host.folder)/.conductor\(part)", 0o700) }
        mkfifo("\(host.folder)/gate", 0o600)
        try Files.write(greeting, to: "\(host.folder)/\(folder)/greeting.yaml")
        try Files.write(release, to: "\(host.folder)/\(folder)/release.yaml")
    }

    private static let greeting = """
        name: Greeting
        description: Greets somebody, twice.
        inputs:
          name: {type: string, required: true, description: Who is greeted.}
          times: {type: integer, default: 2}
          loud: {type: boolean, default: false}
        steps:
          - {id: prepare, config: {command: sleep, args: ["1"]}}
          - id: greet
            dependsOn: [prepare]
            config: {shell: 'read -r word < gate; echo hello "$NAME"', env: {NAME: "${{ inputs.name }}"}}
          - id: fail
            dependsOn: [prepare]
            retries: 0
            config:
              shell: >-
                test -e marker && { echo second time lucky; exit 0; }; touch marker;
                printf '\\033[31mred\\033[0m no luck for %s\\n' "$NAME"; exit 3
              env: {NAME: "${{ inputs.name }}"}
          - {id: end, dependsOn: [greet, fail], config: {command: "true"}}

        """

    private static let release = """
        name: Release
        version: 1.2.0
        description: Builds, tests and packs a program.
        parallel: {defaultMaxConcurrency: 4, resources: {compiler: 2}}
        steps:
          - id: prepare
            config:
              shell: |
                printf '\\033[1mLooking for the tools\\033[0m\\n'
                for tool in sh sed awk tar gzip; do
                    printf '  %-6s \\033[32mfound\\033[0m at %s\\n' $tool "$(command -v $tool)"
                    sleep 0.1
                done
                printf '\\033[33mwarning\\033[0m there is no sanitizer; going on without\\n' >&2
          - {id: compile-debug, dependsOn: [prepare], parallel: {resource: compiler}, config: {command: sleep, args: ["0.8"]}}
          - {id: compile-fast, dependsOn: [prepare], parallel: {resource: compiler}, config: {command: sleep, args: ["1.2"]}}
          - {id: compile-small, dependsOn: [prepare], parallel: {resource: compiler}, config: {command: sleep, args: ["0.7"]}}
          - {id: lint, dependsOn: [prepare], continueOnError: true, retries: 0, config: {shell: "echo 3 warnings >&2; exit 3"}}
          - {id: test, dependsOn: [compile-debug, compile-fast, compile-small], config: {shell: "sleep 1; printf '\\\\033[32mok\\\\033[0m 214 tests passed\\\\n'"}}
          - {id: measure, dependsOn: [compile-fast], config: {command: sleep, args: ["0.5"]}}
          - {id: pack, dependsOn: [test, measure], config: {shell: "echo packed"}}

        """

    static let approval = """
        name: Approval
        steps:
          - {id: build, config: {command: "true"}}
          - {id: gate, dependsOn: [build], type: approval, config: {message: "release it?"}}
          - {id: publish, dependsOn: [gate], config: {command: "true"}}

        """

    static let hostile = """
        name: "<script>window.ran=1</script>"
        steps:
          - {id: one, name: "<img src=x onerror=window.ran=1>", config: {command: echo, args: ["<script>window.ran=1</script>"]}}
          - {id: two, dependsOn: [one], retries: 0, config: {shell: "echo '<iframe src=javascript:window.ran=1>' >&2; exit 1"}}

        """
}
