import JSON
import Testing

@testable import Workflows

/// The gate `m: THRESHOLD`, with the threshold as YAML has it.
private func gate(_ threshold: String, metric: String = "m") throws -> Gate {
    let findings = Findings(source: SourceText("\(metric): \(threshold)"))
    let root = try #require(DocumentReader(findings: findings).root())
    let field = Field(
        key: "quality_gates", keyPlace: Place(line: 1, column: 1), value: root, title: "'quality_gates'",
        findings: findings)
    let gates = GateReader(findings: findings).read(field)
    try #require(findings.sorted().isEmpty)
    return try #require(gates.first)
}

private func faults(ofGates text: String) throws -> String {
    let findings = Findings(source: SourceText(text))
    let root = try #require(DocumentReader(findings: findings).root())
    let field = Field(
        key: "quality_gates", keyPlace: Place(line: 1, column: 1), value: root, title: "'quality_gates'",
        findings: findings)
    _ = GateReader(findings: findings).read(field)
    return findings.sorted().map { $0.render(file: "g") }.joined(separator: "\n")
}

@Suite struct `A quality gate` {
    @Test(arguments: [
        // At least, in per cent: a bare number counts per cent, a share says so.
        ("\">= 95%\"", "95", true), ("\">= 95%\"", "94.99", false), ("\">= 95%\"", "100", true),
        ("\">= 95%\"", "0.95", false), ("\">= 95%\"", "\"95%\"", true), ("\">= 95%\"", "\" 94 % \"", false),
        ("\">= 95%\"", "\"95\"", true), ("\">= 95%\"", "\"19/20\"", true), ("\">= 95%\"", "\"94/100\"", false),
        ("\">= 95%\"", #"{"value": 0.95, "unit": "ratio"}"#, true),
        ("\">= 95%\"", #"{"value": 0.949, "unit": "ratio"}"#, false),
        ("\">= 57%\"", #"{"value": 0.57, "unit": "ratio"}"#, true),
        ("\">= 95%\"", #"{"value": 95, "unit": "percent"}"#, true),
        ("\">= 95%\"", #"{"value": "96%"}"#, true), ("\">= 95%\"", #"{"value": 19, "out_of": 20}"#, true),
        ("\">= 95%\"", #"{"value": 95, "unit": "furlongs"}"#, false), ("\">= 95%\"", #"{"percent": 95}"#, false),
        ("\">= 95%\"", "\"good\"", false), ("\">= 95%\"", "true", false), ("\">= 95%\"", "null", false),
        ("\">= 95%\"", "[95]", false), ("\">=95%\"", "95", true), ("\"≥ 95%\"", "95", true),
        ("at least 95%", "96", true),
        // A bare share is a goal to reach.
        ("\"100%\"", "100", true), ("\"100%\"", "99.9", false), ("100%", "\"100%\"", true), ("80%", "90", true),
        ("90/100", "95", true), ("90/100", "89", false),
        // A denominator.
        ("\">= 90/100\"", "90", true), ("\">= 90/100\"", "89", false), ("\">= 90/100\"", "\"92/100\"", true),
        ("\">= 90/100\"", "\"9/10\"", true), ("\">= 90/100\"", "\"44/50\"", false), ("\">= 90/100\"", "\"90%\"", true),
        ("\">= 4/5\"", #"{"value": 0.8, "unit": "ratio"}"#, true), ("\">= 4/5\"", "4", true),
        ("\">= 4/5\"", "3", false),
        // Other comparisons.
        ("\"== 0\"", "0", true), ("\"== 0\"", "0.0", true), ("\"== 0\"", "1", false), ("\"== 0\"", "\"0\"", true),
        ("= 0", "0", true), ("\"!= 0\"", "1", true), ("\"!= 0\"", "0", false), ("\"> 0\"", "0", false),
        ("\"> 0\"", "0.001", true), ("\"< 5\"", "5", false), ("\"< 5\"", "-5", true), ("\"<= 5\"", "5", true),
        ("\"<= -1.5e1\"", "-15", true), ("at most 3", "4", false), ("\">= 10\"", "10", true), ("\">= 10\"", "9", false),
        ("\">= 10\"", "\"12 patterns\"", false), ("\">= 90\"", "\"92/100\"", true),
        // A plain number is that number.
        ("10", "10", true), ("10", "11", false), ("0", "0", true), ("0.5", "0.5", true), ("-3", "-3", true),
        // Ranges hold both ends.
        ("80..90", "80", true), ("80..90", "90", true), ("80..90", "79.9", false), ("80..90", "90.1", false),
        ("80-90%", "85", true), ("80-90%", "\"91%\"", false), ("80% - 90%", "\"80%\"", true),
        ("80%..90%", #"{"value": 0.85, "unit": "ratio"}"#, true), ("between 80 and 90", "85", true),
        ("between 80 and 90", "95", false), ("Between 80% and 90%", "80", true), ("-5..-1", "-3", true),
        ("-5--1", "0", false), ("0.5..1.5", "1", true), ("7..7", "7", true), ("80..90/100", "\"17/20\"", true),
        // Flags.
        ("true", "true", true), ("true", "false", false), ("true", "\"true\"", true), ("true", "1", false),
        ("true", "\"yes\"", false), ("false", "false", true), ("false", "true", false), ("\"== true\"", "true", true),
        ("\"!= true\"", "false", true), ("True", "true", true),
        // Required: there, and not false, null or empty.
        ("required", "true", true), ("required", "\"docs/api.md\"", true), ("required", "0", true),
        ("required", "false", false), ("required", "null", false), ("required", "\"\"", false),
        ("required", "[]", false), ("required", "{}", false), ("required", "[0]", true),
        ("required", #"{"a": null}"#, true), ("Required", "1", true),
        // Words.
        ("\"== passed\"", "\"passed\"", true), ("\"== passed\"", "\"Passed\"", false),
        ("\"== 'a b'\"", "\"a b\"", true),
        ("\"== passed\"", "1", false),
    ])
    func `holds or fails`(threshold: String, actual: String, holds: Bool) throws {
        let value = try JSONValue(parsing: actual)
        let outcome = try gate(threshold).evaluate(.object(["m": value]))
        #expect(outcome.status == (holds ? .passed : .failed))
        #expect(outcome.actual == (value == .string("") ? "\"\"" : value.splicedText))
    }

    @Test(arguments: [
        ">= 95%", "100%", "true", "false", "required", "== 0", "80..90", "between 80 and 90", "10", "!= 1", "== x",
    ])
    func `fails and says so when its metric was not reported`(threshold: String) throws {
        let gate = try gate("\"\(threshold)\"")
        let results: [JSONValue?] = [
            nil, .null, .string("m"), .object([:]), .object(["metrics": .object([:])]), .list([]),
        ]
        for result in results {
            let outcome = gate.evaluate(result)
            #expect(outcome.status == .missing)
            #expect(outcome.actual == nil)
            #expect(outcome.fault == "m was not reported (\(threshold))")
        }
    }

    @Test func `finds its metric in the result or under metrics`() throws {
        let gate = try gate("\">= 5\"")
        #expect(gate.evaluate(.object(["metrics": .object(["m": .integer(5)])])).status == .passed)
        let both = JSONValue.object(["m": .integer(4), "metrics": .object(["m": .integer(5)])])
        #expect(gate.evaluate(both).status == .failed)
    }

    @Test(arguments: [
        ("test_coverage", "Test Coverage"), ("testPassRate", "Test Pass Rate"), ("documentation", "Documentation"),
        ("p95-ms", "P95 Ms"), ("API_calls", "API Calls"), ("_", "_"), ("ünit tests", "Ünit Tests"),
    ])
    func `has a label in words`(metric: String, label: String) throws {
        #expect(MetricName.label(of: metric) == label)
    }

    @Test func `keeps its threshold as the file has it`() throws {
        for threshold in ["95%", "required", "true", "10", "80..90"] {
            #expect(try gate(threshold).thresholdText == threshold)
        }
        #expect(try gate("true").threshold == .bool(true))
        #expect(try gate("\"true\"").threshold == .string("true"))
        #expect(try gate("10").threshold == .integer(10))
    }

    @Test(arguments: [
        ">> 5", "=> 5", "95 percent", "good", "90..80", "between 80", "between 90 and 80", "80%..90", "80..", "..90",
        "5/0", "> x", "inf", "nan", "1e999", "> 200ms", "required!", "<", "1,000", "80%-90/100", "-", "== ", "yes",
    ])
    func `that cannot be read is an error at its place`(threshold: String) throws {
        #expect(
            try faults(ofGates: "- coverage: true\n- m: '\(threshold)'") == """
                g:2:6: error: the gate 'm' is \(quoted(threshold)), which cannot be read; it can be \(GateText.forms)
                """)
    }

    @Test func `of the wrong shape is an error at its place`() throws {
        #expect(
            try faults(ofGates: "- required\n- m: [1]\n- n:\n- k: 1\n- k: 2\n") == """
                g:1:3: error: an entry of 'quality_gates' is a metric with what it must be, as in 'test_coverage: \
                ">= 95%"' or 'documentation: required', not 'required'
                g:2:6: error: 'm' in 'quality_gates' must be \(GateText.forms), not a list
                g:3:5: error: 'n' in 'quality_gates' must be \(GateText.forms), not empty
                g:5:3: error: 'quality_gates' has the metric 'k' twice; one gate can say both, as in '80..90'
                """)
        #expect(
            try faults(ofGates: "5")
                == "g:1:1: error: 'quality_gates' must be a list of metrics and what they must be, not '5'")
    }

    @Test func `is read in bounded time however long its text is`() {
        #expect(GateText.parse(String(repeating: "9", count: 100_000)) == nil)
        #expect(GateText.parse(String(repeating: " ", count: 100_000)) == nil)
        #expect(Metric(.string(String(repeating: "1", count: 100_000))) == nil)
    }

    @Test func `is summed up with others`() throws {
        let result = try JSONValue(parsing: #"{"a": 91, "c": true}"#)
        let outcomes = [
            try gate("\">= 95%\"", metric: "a"), try gate("required", metric: "b"), try gate("true", metric: "c"),
        ].map { $0.evaluate(result) }
        #expect(outcomes.map(\.status) == [.failed, .missing, .passed])
        #expect(outcomes.fault == "gates: a is 91, not >= 95%; b was not reported (required)")
        #expect(outcomes.summary == "passed: 1/3 (33.3%)")
        #expect([GateOutcome]().summary == "")
        let twelve = (1...12).map {
            GateOutcome(metric: "\($0)", label: "", threshold: "", actual: nil, status: $0 == 1 ? .missing : .passed)
        }
        #expect(twelve.summary == "passed: 11/12 (91.7%)")
    }
}

@Suite struct `A requirement of random text` {
    @Test func `is read or refused, and judges whatever was reported`() {
        var random = SplitMix(state: 7)
        let pieces = [
            ">", "=", "<", "!", " ", "%", "/", "..", "-", "95", "0", "1e9", ".5", "between", "and", "at", "least",
            "required", "true", "'", "\"", "é", "≥", "\u{0}", "9999999999999999999999",
        ]
        let reports: [JSONValue] = [
            .null, .integer(.min), .decimal(-0.0), .string("95%"), .string("1/0"), .object(["value": .string("x")]),
            .object(["value": .integer(1), "out_of": .integer(0)]), .list([]),
        ]
        var understood = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }.joined()
            guard case .compare(let comparison, let value, let unit)? = GateText.parse(text) else { continue }
            understood += 1
            let opposite = Gate.Requirement.compare(Self.opposite(of: comparison), value, unit: unit)
            let requirement = Gate.Requirement.compare(comparison, value, unit: unit)
            for report in reports {
                // Of a quantity one of the two holds, of anything else neither.
                let holding = [requirement.holds(for: report), opposite.holds(for: report)].count { $0 }
                #expect(holding == (Metric(report) == nil ? 0 : 1), "\(text) \(report.text)")
            }
        }
        #expect(understood > 100)
    }

    private static func opposite(of comparison: Gate.Comparison) -> Gate.Comparison {
        switch comparison {
        case .atLeast: .below
        case .atMost: .above
        case .above: .atMost
        case .below: .atLeast
        case .equal: .different
        case .different: .equal
        }
    }
}
