import Engine
import HTTPTypes
import Hummingbird
import JSON
import Jobs
import MCP
import Stores
import Workflows

/// `/v1/workflows`, and the start of a run: `POST /v1/runs`
struct WorkflowRoutes {
    let services: ServerServices

    var all: [APIRoute] { [list, start] }

    // MARK: What can be started

    private static let input = Schema.object(
        ["name": .string, "type": .oneOf(Input.Kind.allCases.map(\.rawValue)), "required": .boolean],
        optional: ["default": .any, "description": .string, "enum": .list(.any)])

    private var list: APIRoute {
        APIRoute(
            .get, "workflows",
            "The workflows that can be started by name: files of the server's folders, and registered definitions. `faults` are "
                + "those that cannot.",
            gives: .object([
                "workflows": .list(
                    .object(
                        ["id": .string, "name": .string, "steps": .integer, "inputs": .list(Self.input)],
                        optional: ["version": .string, "description": .nullable(.string), "path": .string])),
                "faults": .list(.object(["path": .string, "message": .string])),
            ])
        ) { [services] _ in
            let catalogue = try await services.toolContext.catalogue()
            return .json(
                .object([
                    "workflows": .list(catalogue.entries.compactMap { $0.json(in: catalogue) }),
                    "faults": .list(catalogue.entries.compactMap(\.faults)),
                ]))
        }
    }

    // MARK: Starting

    private var start: APIRoute {
        APIRoute(
            .post, "runs", "Start a run: of a workflow by its id or name, or of one that the request brings as text.",
            parameters: [
                APIRoute.keyParameter, .init("traceparent", .string, "W3C trace context.", in: "header"),
            ],
            takes: .object(
                [:],
                optional: [
                    "workflow": .string, "definition": .string, "inputs": .map(.any), "max_concurrency": .integer,
                    "sequential": .boolean,
                ]), gives: .object(["id": .integer, "workflow": .string, "state": .string]),
            status: 201
        ) { [services] request in
            let object = try await request.object(
                limit: Limits.largeBody,
                keys: ["workflow", "definition", "inputs", "max_concurrency", "sequential"])
            let body = MemberReader(object)
            let (document, definition) = try await Self.document(body, services)
            let inputs = try Self.inputs(body)
            if let definition {
                guard !body.has("max_concurrency"), !body.has("sequential") else {
                    throw body.fault(
                        "'max_concurrency' and 'sequential' are for workflow files; '\(definition.name)' is a registered definition"
                    )
                }
                let start = DefinitionStart(
                    definition: definition, inputs: inputs, key: try request.requestKey(.object(object)),
                    trace: TraceContext.incoming(request.request))
                let (run, state) = try await start.run(in: services.store)
                return Self.started(run, of: definition.name, state)
            }
            let options = PlanOptions(
                parallel: try body.flag("sequential") == true ? false : nil,
                maxConcurrency: try body.integer("max_concurrency", in: 1...10_000))
            let spec = try await Self.spec(document, inputs, options, services)
            let key = try request.requestKey(.object(object))
            let trace = TraceContext.incoming(request.request)
            let (run, state) = try await services.store.write { transaction in
                let (run, isNew) = try transaction.start(spec, once: key)
                if isNew, let trace { try transaction.setTrace(trace, of: run) }
                return (run, try transaction.state(of: run))
            }
            return Self.started(run, of: spec.workflow, state)
        }
    }

    private static func started(_ run: RunID, of workflow: String, _ state: RunState) -> Response {
        .json(
            .object([
                "id": .integer(run.rawValue), "workflow": .string(workflow), "state": .string(state.rawValue),
            ]), status: .created, headers: [.location: "/v1/runs/\(run)"])
    }

    /// - Returns: the text, and the definition where it is one that the database has.
    private static func document(
        _ body: MemberReader, _ services: ServerServices
    ) async throws -> (WorkflowDocument, StoredDefinition?) {
        let (name, text) = (try body.text("workflow"), try body.text("definition"))
        switch (name, text) {
        case (let name?, nil):
            let entry = try find(name, in: try await services.toolContext.catalogue())
            return (try entry.sound, entry.definition)
        case (nil, let text?): return (WorkflowDocument(path: nil, text: text), nil)
        default:
            throw body.fault("give either 'workflow', a name that GET /v1/workflows has, or 'definition', its text")
        }
    }

    private static func find(_ name: String, in catalogue: WorkflowCatalogue) throws -> WorkflowCatalogue.Entry {
        if let entry = catalogue.entries.first(where: { $0.place == name }) { return entry }
        let named = catalogue.entries.filter { $0.name == name }
        guard let entry = named.first else {
            let known = catalogue.entries.prefix(50).map(\.name).joined(separator: ", ")
            throw Problem(
                .notFound,
                "there is no workflow '\(name.prefix(200))'; "
                    + (known.isEmpty ? "there are none" : "there are: \(known)"))
        }
        guard named.count == 1 else {
            throw Problem(
                .conflict,
                "several workflows are called '\(name)'; say which by its id: "
                    + named.map(\.place).joined(separator: ", "))
        }
        return entry
    }

    private static func inputs(_ body: MemberReader) throws -> [String: JSONValue] {
        guard let value = body.value("inputs") else { return [:] }
        guard case .object(let inputs) = value else {
            throw body.fault("'inputs' must be an object of names and values")
        }
        return inputs
    }

    /// - Throws: `Problem` that tells every fault of the workflow and of its inputs.
    private static func spec(
        _ document: WorkflowDocument, _ inputs: [String: JSONValue], _ options: PlanOptions, _ services: ServerServices
    ) async throws -> RunSpec {
        let (settings, database) = (services.settings, services.store.path)
        return try await services.store.aside {
            do {
                return try document.runSpec(
                    inputs: inputs, options: options, directory: settings.directory,
                    searchPath: settings.environment["PATH"], database: database)
            } catch let failure as StepFailure {
                // Nobody outside has to know where the server's folder lies.
                throw Problem(.unprocessableContent, "\(failure)".replacing("\(settings.directory)/", with: ""))
            }
        }
    }
}

extension WorkflowCatalogue {
    /// The workflow's name where no other has it, else its place.
    fileprivate func id(of entry: Entry) -> String {
        entries.count { $0.name == entry.name } == 1 ? entry.name : entry.place
    }
}

extension WorkflowCatalogue.Entry {
    fileprivate func json(in catalogue: WorkflowCatalogue) -> JSONValue? {
        if workflow == nil, let definition { return definition.json(id: catalogue.id(of: self), place: place) }
        return workflow.map { workflow in
            .object([
                "id": .string(catalogue.id(of: self)), "name": .string(workflow.name),
                "version": .string(workflow.version), "path": .string(place),
                "description": workflow.description.map { .string($0) } ?? .null,
                "steps": .integer(workflow.steps.count), "inputs": .list(workflow.inputs.map(\.json)),
            ])
        }
    }

    /// - Throws: `Problem` that tells what is wrong with a file.
    fileprivate var sound: WorkflowDocument {
        get throws {
            guard workflow == nil, definition == nil else { return document }
            let faults = diagnostics.filter { $0.severity == .error }.map { $0.render(file: place) }
            throw Problem(.unprocessableContent, faults.prefix(10).joined(separator: "; "))
        }
    }

    fileprivate var faults: JSONValue? {
        guard workflow == nil, definition == nil else { return nil }
        let text = diagnostics.filter { $0.severity == .error }.map { "\($0.line):\($0.column): \($0.message)" }
        return .object(["path": .string(place), "message": .string(text.prefix(5).joined(separator: "; "))])
    }
}

extension StoredDefinition {
    /// Of one that no file could have: its executions are decided by other rules.
    fileprivate func json(id: String, place: String) -> JSONValue? {
        guard let json = try? JSONValue(parsing: text) else { return nil }
        let names = (json["inputParameters"]?.list ?? []).compactMap(\.string)
        let inputs = names.map { name -> JSONValue in
            .object(["name": .string(name), "type": .string(Input.Kind.any.rawValue), "required": .bool(false)])
        }
        return .object([
            "id": .string(id), "name": .string(name), "version": .string("\(version)"), "path": .string(place),
            "description": json["description"]?.string.map { .string($0) } ?? .null,
            "steps": .integer(json["tasks"]?.list?.count ?? 0), "inputs": .list(inputs),
        ])
    }
}

extension Input {
    fileprivate var json: JSONValue {
        var object: [String: JSONValue] = [
            "name": .string(name), "type": .string(kind.rawValue), "required": .bool(isRequired),
        ]
        if let defaultValue { object["default"] = defaultValue }
        if let description { object["description"] = .string(description) }
        if !choices.isEmpty { object["enum"] = .list(choices) }
        return .object(object)
    }
}
