package import Jobs

extension RunReport {
    /// A job of the run.
    package struct Step: Sendable {
        package let job: JobID
        package let run: RunID
        /// Unique in its run; a part has its place in it: `build[linux]`.
        package let key: String
        /// What its copies and rounds have in common.
        package let id: String
        package let name: String?
        package let agent: String?
        package let kind: JobKind
        package let state: JobState
        /// The topological level, from 1.
        package let group: Int
        /// The number of the last attempt.
        package let attempts: Int
        package let createdAt: Int
        package let readyAt: Int?
        /// Of the last attempt; of a step with parts, of the first.
        package let startedAt: Int?
        package let finishedAt: Int?
        package let exitCode: Int?
        package let error: String?
        /// `continueOnError`
        package let isForgiven: Bool
        /// Skipped, but not through an error.
        package let isExcused: Bool
        package let isCached: Bool
        /// Belongs to the end of the run.
        package let isHandler: Bool
        package let isExclusive: Bool
        package let pools: [String: Int]
        /// From 0 to 100, where the job told.
        package let progress: Double?
        package let progressMessage: String?
        /// Of each attempt; `nil`: none.
        package let timeout: Int?
        /// The step that it is a part of, in its own run or the one above.
        package let parent: JobID?
        /// When the report was made.
        let moment: Int

        package internal(set) var hasParts = false
        /// How many steps it is within.
        package internal(set) var depth = 0
        package internal(set) var isCritical = false
        /// Waits for no other step.
        package internal(set) var isFirst = true
        /// In the order of their numbers.
        package internal(set) var tries: [Try] = []
        package internal(set) var outputBytes = 0

        /// Executed by itself: it does not only wait for others, or decide.
        package var isWork: Bool { kind.isWork && !hasParts }

        /// Of the last attempt, up to now when it is under way.
        package var duration: Int {
            guard let startedAt else { return 0 }
            guard let finishedAt else { return state == .running ? max(0, moment - startedAt) : 0 }
            return max(0, finishedAt - startedAt)
        }

        /// Its part of the sequential time.
        package var work: Int { isWork ? duration : 0 }

        /// Between being ready and being started, of the last attempt.
        package var wait: Int? {
            guard let startedAt, let readyAt, startedAt >= readyAt else { return nil }
            return startedAt - readyAt
        }

        package var firstStart: Int? { tries.first?.startedAt ?? startedAt }

        /// KiB
        package var peakMemory: Int? { isWork ? tries.compactMap(\.memory).max() : nil }

        package var processorTime: Int { tries.reduce(0) { $0 + ($1.processorTime ?? 0) } }

        /// Processors that its last attempt kept busy on average; `nil` for one too short to tell.
        package var processors: Double? {
            guard let last = tries.last, let time = last.processorTime, last.length >= 10 else { return nil }
            return (Double(time) * 100 / Double(last.length)).rounded() / 100
        }

        /// `build`, or `Task 4 (TestingAgent)` for a numbered task.
        package var label: String { Self.label(key: key, name: name, agent: agent) }

        /// The same without what is in brackets.
        package var shortLabel: String { Self.label(key: key, name: nil, agent: nil) }

        package static func label(key: String, name: String?, agent: String?) -> String {
            guard let number = taskNumber(in: key) else { return agent.map { "\(key) (\($0))" } ?? key }
            // A name that is only the id says nothing.
            let name = name == key ? nil : name
            return (agent ?? name).map { "Task \(number) (\($0))" } ?? "Task \(number)"
        }

        /// `task_4` is what a task with the number 4 becomes; `task_4[0]` is a part of it.
        private static func taskNumber(in key: String) -> Substring? {
            guard key.hasPrefix("task_"), let first = key.dropFirst(5).utf8.first, (0x30...0x39).contains(first) else {
                return nil
            }
            let rest = key.dropFirst(5)
            let after = rest.drop { $0.isASCII && $0.isNumber }
            return after.isEmpty || after.first == "[" ? rest : nil
        }
    }

    /// An attempt.
    package struct Try: Sendable {
        package let startedAt: Int
        /// `nil`: it is under way.
        package let finishedAt: Int?
        package let state: AttemptState?
        let runner: Int
        /// KiB
        let memory: Int?
        let processorTime: Int?
        let moment: Int

        /// Its end, or now.
        package var end: Int { max(startedAt, finishedAt ?? moment) }
        package var length: Int { end - startedAt }
    }
}
