/// A body that executes an attempt, as a task of Swift's concurrency. The loop hears of its end by the mailbox.
final class AttemptTask {
    private let task: Task<Void, Never>
    private(set) var isCancelled = false

    init(_ key: AttemptKey, _ context: TaskContext, _ body: @escaping TaskBody, mailbox: Mailbox) {
        task = Task.detached {
            let outcome = await body(context)
            mailbox.post(.ended(key, outcome))
        }
    }

    func cancel() {
        isCancelled = true
        task.cancel()
    }
}
