import Testing

@testable import Workflows

private func faults(ofConfiguration text: String) -> String {
    ConfigurationParser.parse(text).diagnostics.map { $0.render(file: "weir.yaml") }.joined(separator: "\n")
}

@Suite struct `A configuration` {
    @Test func `names the agents and how to start them`() throws {
        let result = ConfigurationParser.parse(
            """
            agents:
              TestingAgent:
                command: [./agents/test, --json, "{prompt}"]
                env: {MODEL: small, LEVEL: 3}
                timeout: 15m
                cwd: agents
              writer: {command: "claude -p \\"$1\\"", prompt: argv}
              echo: [cat]
              upper: tr a-z A-Z
            """)
        #expect(result.diagnostics.isEmpty)
        let agents = try #require(result.configuration).agents
        #expect(agents.keys.sorted() == ["TestingAgent", "echo", "upper", "writer"])
        let testing = try #require(agents["TestingAgent"])
        #expect(testing.target.command?.command == ["./agents/test", "--json", "{prompt}"])
        #expect(testing.target.command?.environment == ["MODEL": "small", "LEVEL": "3"])
        #expect(testing.timeout == .seconds(900))
        #expect(testing.target.command?.directory == "agents")
        #expect(testing.place == Place(line: 2, column: 3))
        #expect(agents["writer"]?.target.command?.prompt == .argv)
        #expect(agents["upper"]?.target.command?.command == ["tr a-z A-Z"])
        #expect(agents["upper"]?.target.command?.shell == true)
    }

    @Test func `hands the prompt over as it says`() throws {
        let text =
            #"{a: [p, -x], b: {command: [p, "say {prompt}", "{prompt}"]}, c: {command: [p], prompt: argv}, d: cat, e: {command: 'echo "$1"', prompt: argv}}"#
        let agents = try #require(ConfigurationParser.parse("agents: \(text)").configuration).agents
        let prompt = "it's {prompt}; $(rm)"
        let invocations = ["a", "b", "c", "d", "e"].compactMap {
            agents[$0]?.target.command?.invocation(prompt: prompt)
        }
        #expect(
            invocations == [
                .init(command: "p", arguments: ["-x"], isShell: false, input: prompt),
                .init(command: "p", arguments: ["say \(prompt)", prompt], isShell: false, input: nil),
                .init(command: "p", arguments: [prompt], isShell: false, input: nil),
                .init(command: "cat", arguments: [], isShell: true, input: prompt),
                .init(command: "echo \"$1\"", arguments: [prompt], isShell: true, input: nil),
            ])
    }

    @Test(arguments: ["", "# nothing\n", "~", "agents:\n", "agents: {}"])
    func `may be empty`(text: String) throws {
        let result = ConfigurationParser.parse(text)
        #expect(result.diagnostics.isEmpty)
        #expect(result.configuration == Configuration())
    }

    @Test func `of another version is read as far as it is known`() throws {
        let result = ConfigurationParser.parse("profiles: {a: 1}\nagents: {a: [b]}\n")
        #expect(result.configuration?.agents["a"]?.target.command?.command == ["b"])
        #expect(
            result.diagnostics.map { $0.render(file: "weir.yaml") } == [
                "weir.yaml:1:1: warning: this version knows no section 'profiles'; it has no effect"
            ])
    }

    @Test func `has its faults named at their places`() {
        #expect(
            faults(
                ofConfiguration:
                    """
                    agent: {}
                    agents:
                      bad name: [x]
                      a: {comand: [x]}
                      b: {command: []}
                      c: {command: "echo {prompt}"}
                      d: {command: [x], prompt: sdtin, timeout: -1, env: {WEIR_DB: x}}
                      e: 
                      f: {command: {x: y}}
                      g: {command: ["{prompt}"]}
                      h: {command: [x, [y]]}
                    """) == """
                    weir.yaml:1:1: error: unknown section 'agent'; did you mean 'agents'?
                    weir.yaml:3:3: error: 'bad name' cannot be the name of an agent
                    weir.yaml:4:6: error: agent 'a' has no 'command', which says what to start
                    weir.yaml:4:7: error: unknown key 'comand' in agent 'a'; did you mean 'command'?
                    weir.yaml:5:16: error: 'command' of agent 'b' names no program
                    weir.yaml:6:16: error: 'command' of agent 'c' is a shell's text, into which no prompt is written; \
                    write 'prompt: argv' and "$1", or give a list
                    weir.yaml:7:29: error: 'prompt' of agent 'd' is 'stdin' or 'argv', not 'sdtin'; did you mean 'stdin'?
                    weir.yaml:7:45: error: 'timeout' of agent 'd' is '-1'; it is more than 0 and at most 10 years
                    weir.yaml:7:55: error: 'WEIR_DB' is set by the runner and cannot be set here
                    weir.yaml:8:5: error: agent 'e' must be a list of a program and its arguments, or a line for the shell, \
                    not empty
                    weir.yaml:9:16: error: 'command' of agent 'f' must be a list of a program and its arguments, or a \
                    line for the shell, not a mapping
                    weir.yaml:10:16: error: the program of 'command' of agent 'g' cannot be the prompt
                    weir.yaml:11:20: error: word 2 of 'command' of agent 'h' must be text, not a list
                    """)
        #expect(
            faults(ofConfiguration: "- a\n")
                == "weir.yaml:1:1: error: the configuration must be a mapping of sections, such as 'agents', not a list"
        )
        #expect(ConfigurationParser.parse([0x61, 0xFF]).configuration == nil)
        #expect(ConfigurationParser.parse("a: [").configuration == nil)
    }
}
