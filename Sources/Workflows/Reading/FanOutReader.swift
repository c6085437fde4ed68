import JSON
import Yams

/// A step's `matrix` or `foreach`.
struct FanOutReader {
    let findings: Findings

    /// Jobs that one step may become.
    static let maximumCopies = 10_000

    func read(_ section: Section) -> FanOut? {
        if section["matrix"] != nil, let other = section["foreach"] {
            findings.error("\(section.title) has both 'matrix' and 'foreach'; give one of them", at: other.keyPlace)
        }
        if let field = section["matrix"] { return matrix(field) }
        return section["foreach"].flatMap { each($0) }
    }

    private func each(_ field: Field) -> FanOut? {
        guard let items = field.jsonTemplate() else { return nil }
        switch items {
        case .list(let elements):
            guard elements.count <= Self.maximumCopies else {
                findings.error(
                    "\(field.title) has \(elements.count) elements; \(Self.maximumCopies) is the most", at: field.place)
                return nil
            }
        case .object: break
        case .text(let template) where template.parts.count == 1: break
        default:
            field.reject("a list, an object, or one expression that gives one")
            return nil
        }
        return .each(items)
    }

    private func matrix(_ field: Field) -> FanOut? {
        var axes: [FanOut.Axis] = []
        var include: [[String: JSONTemplate]] = []
        var exclude: [[String: JSONTemplate]] = []
        var copies = 1
        for entry in field.entries(of: "axes and their values") ?? [] {
            switch entry.key {
            case "include": include = combinations(entry)
            case "exclude": exclude = combinations(entry)
            default:
                guard isIdentifier(entry.key) else {
                    findings.error("\(quoted(entry.key)) cannot be the name of an axis", at: entry.keyPlace)
                    continue
                }
                guard let values = entry.jsonTemplate() else { continue }
                switch values {
                case .list(let elements):
                    if elements.isEmpty { findings.error("\(entry.title) is empty", at: entry.place) }
                    copies = min(copies.multipliedReportingOverflow(by: max(1, elements.count)).partialValue, 1 << 40)
                case .text(let template) where template.parts.count == 1: break
                default: entry.reject("a list, or one expression that gives one")
                }
                axes.append(FanOut.Axis(name: entry.key, values: values))
            }
        }
        guard copies <= Self.maximumCopies else {
            findings.error("\(field.title) makes \(copies) jobs; \(Self.maximumCopies) is the most", at: field.place)
            return nil
        }
        if axes.isEmpty, include.isEmpty {
            field.reject("a mapping of axes and their values")
            return nil
        }
        return .matrix(axes: axes, include: include, exclude: exclude)
    }

    private func combinations(_ field: Field) -> [[String: JSONTemplate]] {
        (field.list(of: "combinations") ?? []).map { node in
            Field(
                key: field.key, keyPlace: field.keyPlace, value: node, title: "an entry of \(field.title)",
                findings: findings
            ).templates(of: "axes and values")
        }
    }
}
