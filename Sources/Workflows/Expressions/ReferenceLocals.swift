/// What an expression reads besides the run's data, by where it stands.
struct ReferenceLocals {
    /// Within a `foreach`.
    var hasItem = false
    /// The axes of the matrix that it is within; `nil`: of none.
    var axes: Set<String>?
    /// Within a loop.
    var hasIteration = false
    /// `success()` and its like are about a step's dependencies.
    var hasDependencies = true
    /// Values of the run's end, which its criteria read, have a check of their own.
    var checksRoots = true

    func within(_ fanOut: FanOut?) -> ReferenceLocals {
        var locals = self
        switch fanOut {
        case .each?: locals.hasItem = true
        case .matrix(let axes, let include, _)?:
            locals.axes = Set(axes.map(\.name)).union(include.flatMap(\.keys)).union(self.axes ?? [])
        case nil: break
        }
        return locals
    }

    var withinLoop: ReferenceLocals {
        var locals = self
        locals.hasIteration = true
        return locals
    }
}
