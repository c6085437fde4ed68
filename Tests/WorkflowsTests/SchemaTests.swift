import JSON
import Testing

@testable import Workflows

@Suite struct `The tables behind the schema` {
    /// Each table with the keys that its reader takes.
    static let readers: [(table: String, keys: [String])] = [
        ("workflow", WorkflowReader.keys), ("step", StepReader.keys), ("defaults", StepDefaults.keys),
        ("stepParallelism", StepParallelismReader.keys), ("parallelSettings", ParallelSettingsReader.keys),
        ("cache", StepReader.cacheKeys), ("input", WorkflowHeadReader.inputKeys),
        ("handlers", WorkflowHeadReader.handlerKeys), ("schedule", WorkflowHeadReader.scheduleKeys),
        ("report", WorkflowHeadReader.reportKeys), ("scriptConfig", ScriptReader.keys),
        ("agentConfig", ConfigReader.agentKeys), ("resolvedAgent", AgentCommand.keys),
        ("workerConfig", ConfigReader.workerKeys), ("worker", WorkerCommand.keys),
        ("resolvedChat", ChatEndpoint.keys),
        ("httpConfig", ConfigReader.httpKeys), ("workflowConfig", ConfigReader.workflowKeys),
        ("approvalConfig", ConfigReader.approvalKeys), ("waitConfig", ConfigReader.waitKeys),
        ("groupConfig", ConfigReader.groupKeys), ("loopConfig", ConfigReader.loopKeys),
        ("dynamicConfig", ConfigReader.dynamicKeys), ("valueConfig", ConfigReader.valueKeys),
        ("endConfig", ConfigReader.endKeys),
    ]

    @Test(arguments: readers)
    func `have exactly the keys that the readers take`(name: String, keys: [String]) throws {
        let table = try #require(WorkflowSchema.tables.first { $0.name == name })
        #expect(table.keyNames == Set(keys))
        #expect(table.keys.count == keys.count, "a key stands there twice")
    }

    @Test func `have a config for every type of step but one`() {
        let names = Set(WorkflowSchema.tables.map(\.name))
        // The variables of 'set' have names of the author's choice.
        #expect(StepReader.types.filter { !names.contains("\($0)Config") } == ["set"])
    }

    @Test func `explain every key`() {
        for table in WorkflowSchema.tables {
            #expect(!table.about.isEmpty)
            for key in table.keys {
                #expect(key.about.hasSuffix(".") || key.about.count > 10, "\(table.name).\(key.name)")
            }
        }
    }

    @Test(arguments: WorkflowSchema.Part.allCases)
    func `refer to nothing that is not there`(part: WorkflowSchema.Part) throws {
        let document = WorkflowSchema.document(part)
        let definitions = Set(try #require(document["definitions"]?.object).keys)
        let names = Set(WorkflowSchema.tables.map(\.name))
        #expect(names.count == WorkflowSchema.tables.count)
        #expect(names.isSubset(of: definitions))
        let used = references(in: document)
        #expect(!used.isEmpty)
        #expect(used.subtracting(definitions.map { "#/definitions/\($0)" }) == [])
    }

    private func references(in value: JSONValue) -> Set<String> {
        switch value {
        case .object(let members):
            members.reduce(into: []) { found, member in
                if member.key == "$ref", let name = member.value.string { found.insert(name) }
                found.formUnion(references(in: member.value))
            }
        case .list(let elements): elements.reduce(into: []) { $0.formUnion(references(in: $1)) }
        default: []
        }
    }
}
