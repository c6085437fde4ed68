package import Jobs
package import Workflows

/// A request over HTTP as a job of its own, with nothing in it to be decided later.
package enum RequestJob {
    /// - Parameters:
    ///   - key: the job's name in its run.
    ///   - retries: attempts beyond the first.
    package static func spec(_ call: HTTPCall, key: String, name: String, timeout: Duration?, retries: Int) -> JobSpec {
        var step = Step(id: key, name: name, action: .http(call), place: Place(line: 0, column: 0))
        step.retries = retries
        step.timeout = timeout
        step.parallel.isolateErrors = true
        var spec = PartPlanner(locals: Locals(), isolates: true).specs([step])[0]
        spec.step?.key = key
        return spec
    }
}
