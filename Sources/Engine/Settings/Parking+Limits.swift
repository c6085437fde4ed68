import Jobs

extension Parking {
    /// Hands a limit of memory on to what a job becomes: its parts, or the run within the run.
    ///
    /// - Parameter memory: KiB of each job that says nothing itself; `nil`: none.
    func limiting(memory: Int?) -> Parking {
        guard let memory else { return self }
        func limited(_ specs: [JobSpec]) -> [JobSpec] {
            specs.map { spec in
                var spec = spec
                spec.memoryLimit = spec.memoryLimit ?? memory
                return spec
            }
        }
        var parking = self
        switch wait {
        case .children(let specs): parking.wait = .children(limited(specs))
        case .run(var run):
            run.jobs = limited(run.jobs)
            parking.wait = .run(run)
        case .until, .signal: break
        }
        return parking
    }
}
