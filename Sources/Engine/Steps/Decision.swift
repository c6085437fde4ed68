import Jobs
import Workflows

/// What becomes of a claimed job whose step is known only now.
enum Decision {
    /// A process.
    case execute(Execution)
    case succeed(result: String?, extras: OutcomeExtras? = nil)
    /// Another attempt would end the same way.
    case fail(String)
    case skip(String)
    case park(Parking)
}

/// A process, or what stands for it, with every value filled in, and what is to be made of its end.
struct Execution {
    var command: String
    var arguments: [String] = []
    var isShell = false
    var environment: [String: String] = [:]
    /// Variables that it is given of the runner's environment, by their names: their values are stored nowhere.
    var inherits: [String] = []
    var directory: String?
    var input: [UInt8]?
    var after = Aftermath()
    /// Executes it within this process instead, and the command means nothing.
    var body: TaskBody?
    /// A worker executes it instead, as above.
    var worker: WorkerCall?
}

extension Execution {
    /// Of a job of which nothing is late.
    init(_ claim: Claim) {
        self.init(command: claim.command)
        arguments = claim.arguments
        isShell = claim.shell
        environment = claim.environment
        directory = claim.directory
        input = claim.standardInput
    }
}

/// What a good end of a process brings besides its result.
struct Aftermath {
    var gates: [Gate] = []
    var enforcesGates = false
    var cacheKey: String?
    /// The result is a list of steps that join the run.
    var isPlanner = false
}
