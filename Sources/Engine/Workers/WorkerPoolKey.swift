import Executors

/// Which workers can take a job.
struct WorkerPoolKey: Hashable {
    let type: String
    let definition: WorkerDefinition
}

/// What a descriptor of a worker's tells.
struct WorkerDescriptor {
    enum Role { case exit, output, error, input }

    let worker: Worker
    let role: Role
}
