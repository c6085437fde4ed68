package import Engine
import JSON
package import Jobs
package import Workflows

/// The workflows that a client may start by name, or by the numbers of their tasks: the files of some folders, and the
/// definitions that the database has.
package struct WorkflowCatalogue: Sendable {
    package struct Entry: Sendable {
        package let document: WorkflowDocument
        /// `nil`: the text has errors.
        package let workflow: Workflow?
        package let diagnostics: [Diagnostic]
        /// The workflow's name, else that of its file.
        package fileprivate(set) var name: String
        /// Where it is, for people.
        package let place: String
        /// Of one that the database has.
        package var definition: StoredDefinition?

        /// Of its tasks that have one, in the order of the file.
        var taskNumbers: [Int] { taskNames.compactMap(TaskNumber.number) }

        private var taskNames: [String] {
            guard let definition else { return workflow?.steps.map(\.id) ?? [] }
            let tasks = (try? JSONValue(parsing: definition.text))?["tasks"]?.list ?? []
            return tasks.compactMap { $0["taskReferenceName"]?.string }
        }
    }

    package let entries: [Entry]

    private static let endings = [".yaml", ".yml", ".json"]

    /// - Parameters:
    ///   - directory: what relative folders are relative to.
    ///   - folders: besides the usual one, and before it.
    ///   - definitions: those of the database; of each name the last counts.
    package static func read(
        in directory: String, folders: [String], definitions: [StoredDefinition] = []
    ) -> WorkflowCatalogue {
        var files = CatalogueFiles(directory: directory)
        for folder in folders + [WorkflowDocument.usualFolder] { files.add(folder) }
        var entries = files.entries
        // They come by name and version: the last of each name counts.
        let newest = Dictionary(definitions.map { ($0.name, $0) }) { $1 }
        for definition in newest.values.sorted(by: { $0.name < $1.name }) {
            let document = WorkflowDocument(path: nil, text: definition.text)
            var entry = Entry(
                document, place: "definition '\(definition.name)', version \(definition.version), in the database")
            entry.definition = definition
            entry.name = definition.name
            entries.append(entry)
        }
        return WorkflowCatalogue(entries: entries)
    }

    // MARK: Choosing

    /// By the workflow's name or its file's; hyphens and underscores are alike.
    ///
    /// - Throws: `ToolFailure` that names those that there are.
    func workflow(named name: String) throws -> Entry {
        let wanted = Self.plain(name)
        var found = entries.filter { $0.name == name }
        if found.isEmpty {
            found = entries.filter { entry in
                let file = entry.document.path.map { WorkflowDocument.name(of: $0) } ?? entry.name
                return [Self.plain(entry.name), Self.plain(file)].contains(wanted)
            }
        }
        guard let entry = found.first else {
            throw ToolFailure("there is no workflow '\(name)'; \(known)")
        }
        guard found.count == 1 else {
            throw ToolFailure(
                "several workflows are called '\(name)': \(found.map(\.place).joined(separator: ", ")); "
                    + "rename all but one")
        }
        return entry
    }

    /// Tasks of one workflow.
    struct Part {
        let entry: Entry
        /// In the order in which they were named; `nil`: all of them.
        var tasks: [Int]?
    }

    /// The workflows that have the tasks, in the order in which these name them.
    ///
    /// - Throws: `ToolFailure` for a number that no workflow has or that several have, naming them.
    func parts(withTasks numbers: [Int]) throws -> [Part] {
        var parts: [Part] = []
        var positions: [Int: Int] = [:]
        for number in numbers {
            let holders = entries.indices.filter { entries[$0].taskNumbers.contains(number) }
            guard let holder = holders.first else { throw ToolFailure(unknown(number)) }
            guard holders.count == 1 else {
                let names = holders.map { "'\(entries[$0].name)' (\(entries[$0].place))" }.joined(separator: " and ")
                throw ToolFailure(
                    "task \(number) is in \(holders.count) workflows: \(names); say which by workflow_name")
            }
            if let position = positions[holder] {
                parts[position].tasks?.append(number)
            } else {
                positions[holder] = parts.count
                parts.append(Part(entry: entries[holder], tasks: [number]))
            }
        }
        return parts
    }

    private func unknown(_ number: Int) -> String {
        let numbers = Set(entries.flatMap(\.taskNumbers)).sorted()
        guard numbers.isEmpty else {
            return
                "no workflow has a task \(number); there are tasks \(numbers.map(String.init).joined(separator: ", "))"
        }
        return "no workflow has a task \(number); \(known)"
    }

    private var known: String {
        let names = Array(Set(entries.map(\.name))).sorted()
        guard names.isEmpty else { return "there are \(names.prefix(50).joined(separator: ", "))" }
        return "there are none: put workflow files into \(WorkflowDocument.usualFolder)/ beside the working folder, or "
            + "name their folder with --workflows"
    }

    private static func plain(_ name: String) -> String {
        let stem = endings.first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) } ?? name
        return stem.replacing("_", with: "-").lowercased()
    }
}

extension WorkflowCatalogue.Entry {
    init(_ document: WorkflowDocument, place: String) {
        let parsed = document.parse()
        self.init(
            document: document, workflow: parsed.workflow, diagnostics: parsed.diagnostics,
            name: parsed.workflow?.name ?? document.path.map { WorkflowDocument.name(of: $0) } ?? "workflow",
            place: place)
    }
}
