import JSON

/// What a job's expressions may refer to besides the run's data, as it is stored with the job.
struct Locals {
    /// What keys of the job's own scope begin with: `""` among the workflow's steps, `group/` within one of them.
    var prefix = ""
    /// `item`, `index`, `matrix`, `iteration`.
    var values: [String: JSONValue] = [:]

    init() {}

    init(_ text: String?) {
        guard let text, let members = (try? JSONValue(parsing: text))?.object else { return }
        prefix = members["prefix"]?.string ?? ""
        values = members["values"]?.object ?? [:]
    }

    /// `nil` for what has none.
    var text: String? {
        guard !prefix.isEmpty || !values.isEmpty else { return nil }
        return JSONValue.object(["prefix": .string(prefix), "values": .object(values)]).text
    }

    func with(_ more: [String: JSONValue]) -> Locals {
        var locals = self
        locals.values.merge(more) { _, new in new }
        return locals
    }

    /// The scope of the parts of the job with this key.
    func within(_ key: String) -> Locals {
        var locals = self
        locals.prefix = key + "/"
        return locals
    }

    /// From the innermost scope to the outermost.
    var prefixes: [String] {
        var prefixes = [prefix]
        var rest = prefix
        while !rest.isEmpty {
            rest.removeLast()
            if let slash = rest.lastIndex(of: "/") { rest = String(rest[...slash]) } else { rest = "" }
            prefixes.append(rest)
        }
        return prefixes
    }
}
