import JSON
import Testing

@testable import Workflows

@Suite struct `An agent behind an endpoint` {
    @Test func `is read with all that it has`() throws {
        let result = ConfigurationParser.parse(
            """
            agents:
              researcher:
                description: finds things out
                endpoint: https://example.org/v1
                model: m-1
                system: "Be brief: always."
                temperature: 1
                max_tokens: 500
                schema: {type: object, properties: {n: {type: integer, minimum: 0.5}}}
                key_env: MODEL_KEY
                headers: {x-team: "a b", api-key: "${OTHER_KEY}"}
                stream: false
                timeout: 2m
            """)
        #expect(result.diagnostics.isEmpty)
        let agent = try #require(result.configuration?.agents["researcher"])
        #expect(agent.description == "finds things out")
        #expect(agent.timeout == .seconds(120))
        let chat = try #require(agent.target.chat)
        #expect(chat.url == "https://example.org/v1")
        #expect(chat.model == "m-1")
        #expect(chat.system == "Be brief: always.")
        #expect(chat.temperature == 1)
        #expect(chat.maxTokens == 500)
        #expect(chat.schema?["properties"]?["n"]?["minimum"] == .decimal(0.5))
        #expect(chat.keyVariable == "MODEL_KEY")
        #expect(chat.headers == ["x-team": "a b", "api-key": "${OTHER_KEY}"])
        #expect(!chat.streams)
    }

    @Test func `and one by command name the variables of their keys`() throws {
        let agents = try #require(
            ConfigurationParser.parse(
                "agents: {a: {command: [x], key_env: A_KEY}, b: {command: [x], key_env: [A, B_2]}}"
            )
            .configuration
        ).agents
        #expect(agents["a"]?.target.command?.keyVariables == ["A_KEY"])
        #expect(agents["b"]?.target.command?.keyVariables == ["A", "B_2"])
        let fault = ConfigurationParser.parse("agents: {a: {command: [x], key_env: [A, sk-123]}}").diagnostics.first
        #expect(fault?.message.contains("and not the key") == true)
        #expect(fault?.message.contains("sk-123") == false)
    }

    @Test func `goes with its steps, and is read again from them`() throws {
        let configuration = try #require(
            ConfigurationParser.parse(
                "agents: {a: {endpoint: \"http://h:1/v1\", model: m, temperature: 0.2, key_env: K, schema: {type: object}}}"
            ).configuration)
        var flow = try workflow("steps: [{id: s, type: agent, config: {agent: a, prompt: p, context: false}}]")
        #expect(configuration.resolve(&flow).isEmpty)
        let again = try StepParser.parse(canonical: flow.steps[0].canonical.text)
        #expect(again.canonical == flow.steps[0].canonical)
        guard case .agent(let call) = again.action else {
            Issue.record("it is no agent's")
            return
        }
        #expect(call.resolved?.chat == configuration.agents["a"]?.target.chat)
        #expect(call.seesContext == false)
    }

    @Test func `has its faults named at their places, and no key repeated`() {
        let diagnostics = ConfigurationParser.parse(
            """
            agents:
              a: {endpoint: "ftp://x", model: m}
              b: {endpoint: "http://u:sk-123@x/v1", model: m}
              c: {endpoint: "http://x"}
              d: {endpoint: "http://x", model: m, key_env: sk-123}
              e: {endpoint: "http://x", model: m, headers: {Authorization: Bearer sk-123}}
              f: {endpoint: "http://x", model: m, temperature: 3, max_tokens: 0, schema: [1]}
              g: {endpoint: "http://x", model: m, command: [x]}
              h: {command: [x], model: m}
            """
        ).diagnostics.map { $0.render(file: "weir.yaml") }
        #expect(
            diagnostics.joined(separator: "\n") == """
                weir.yaml:2:17: error: 'endpoint' of agent 'a' is 'ftp://x'; it begins with http:// or https://
                weir.yaml:3:17: error: 'endpoint' of agent 'b' has a user or a password, which would be stored; name a \
                variable by 'key_env'
                weir.yaml:4:6: error: agent 'c' has no 'model', which says who answers
                weir.yaml:5:48: error: 'key_env' of agent 'd' is the name of a variable that holds the key, such as \
                OPENAI_API_KEY, and not the key
                weir.yaml:6:64: error: 'Authorization' in 'headers' of agent 'e' would store a secret; write ${NAME} for \
                a variable of the runner's environment, or give 'key_env'
                weir.yaml:7:52: error: 'temperature' of agent 'f' must be a number from 0 to 2, not '3'
                weir.yaml:7:67: error: 'max_tokens' of agent 'f' is 0; it can be 1 to 10000000
                weir.yaml:7:78: error: 'schema' of agent 'f' must be a JSON Schema, which is a mapping, not a list
                weir.yaml:8:39: error: unknown key 'command' in agent 'g'; it belongs to an agent by command, and this \
                one has an endpoint
                weir.yaml:9:21: error: unknown key 'model' in agent 'h'; it belongs to an agent with an 'endpoint'
                """)
    }
}
