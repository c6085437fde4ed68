import Executors

/// What a runner keeps of its attempts' processes and memory.
struct RunnerResources {
    /// Who was asked to end, and how they took it.
    var termination = Termination()
    /// Where the kernel bounds the memory of attempts; `nil`: this runner watches it.
    var groups: MemoryGroups?
    /// When to look at the memory of attempts, on the loop's clock; `nil`: none of those that run has a limit.
    var nextLook: Int?
}
