/// When a step's result of an earlier run stands for its execution.
package struct CacheSettings: Sendable, Equatable {
    /// Equal text means equal work. The workflow's name and the step's id are part of the key.
    package var key: Template
    /// Files and folders whose contents are part of the key; a glob is allowed in the last component.
    package var paths: [Template] = []
}
