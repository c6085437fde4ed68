import Glibc
import TestSupport

/// Programs in the place of those that the reference's listings call. Each notes its start and its end in the ledger.
struct StandIns {
    let host: Host
    /// How long each takes, in seconds, if `seconds` does not say.
    var usual = 0.1
    var seconds: [String: Double] = [:]

    static let fixtures =
        "\(#filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined())/WorkflowsTests/Fixtures"

    private static let scripts = [
        "setup-env.sh", "validate-config.sh", "check-deps.sh", "prepare-db.sh", "deploy.sh", "process-data.sh",
        "sync-api.sh", "critical-task.sh", "optional-task.sh", "independent-task.sh",
    ]

    /// Fails when the file `fail` has its name, once all others that the file `after` names have started.
    private var script: String {
        """
        #!/bin/sh
        note() {
            read up rest < /proc/uptime
            echo "$1 $WEIR_JOB $WEIR_ATTEMPT $WEIR_LEASE $up $2" >> '\(host.ledgerPath)'
        }
        name=${WEIR_AGENT:-${2:-${0##*/}}}
        [ "${0##*/}" = npm ] && [ "$1" != run ] && name="npm-$1"
        [ "${0##*/}" = curl ] && name=curl
        note start "$name"
        FAIL=$(cat '\(host.folder)/fail' 2> /dev/null)
        AFTER=$(cat '\(host.folder)/after' 2> /dev/null)
        if [ -n "$AFTER" ] && [ "$FAIL" = "$name" ]; then
            for other in $AFTER; do
                until grep -q "^start .* $other\\$" '\(host.ledgerPath)'; do sleep 0.02; done
            done
        fi
        case "$name" in
        \(seconds.map { "\"\($0.key)\") sleep \($0.value) ;;" }.joined(separator: "\n"))
        *) sleep \(usual) ;;
        esac
        note end "$name"
        [ "$FAIL" != "$name" ]
        """
    }

    func install() throws {
        for name in Self.scripts { try Files.write(script, to: "\(host.folder)/\(name)") }
        mkdir("\(host.folder)/bin", 0o700)
        for name in ["npm", "curl", "agent"] { try Files.write(script, to: "\(host.folder)/bin/\(name)") }
        try Files.write(
            "agents:\n  data-processor: {command: [agent]}\n", to: "\(host.folder)/weir.yaml")
    }

    /// Copies a listing, byte for byte.
    func copy(_ name: String) throws {
        let text = Files.read("\(Self.fixtures)/\(name)")
        guard !text.isEmpty else { throw TestFailure("no fixture \(name)") }
        try Files.write(text, to: "\(host.folder)/\(name)")
    }

    func fail(_ name: String, after others: [String]) throws {
        try Files.write(name, to: "\(host.folder)/fail")
        try Files.write(others.joined(separator: " "), to: "\(host.folder)/after")
    }

    func run(_ arguments: [String]) throws -> TestProcess {
        let path = "\(host.folder)/bin:\(Binary.variable("PATH") ?? "")"
        return try host.start(["run"] + arguments, environment: ["PATH": path])
    }
}
