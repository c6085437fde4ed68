package import JSON

/// A model behind an endpoint that speaks OpenAI's chat completions. It holds names of variables, never a key.
package struct ChatEndpoint: Sendable, Equatable {
    /// The base, such as `https://api.openai.com/v1`; `/chat/completions` is appended to its path.
    package var url: String
    package var model: String
    /// What it is told before the question.
    package var system: String?
    /// 0 to 2; `nil`: the endpoint's default.
    package var temperature: Double?
    /// Tokens of an answer; `nil`: the endpoint's default.
    package var maxTokens: Int?
    /// A JSON Schema: the answer is asked for in this form, and one that breaks it is a failed attempt.
    package var schema: JSONValue?
    /// The variable in the runner's environment that holds the key; `nil`: no key is sent.
    package var keyVariable: String?
    /// `${NAME}` in a value stands for a variable of the runner's environment.
    package var headers: [String: String] = [:]
    /// The answer is asked for piece by piece, so that the job's log grows with it.
    package var streams = true
    /// More members of the request, such as `max_completion_tokens`; `null` leaves a member out.
    package var extra: [String: JSONValue] = [:]

    package init(url: String, model: String) {
        self.url = url
        self.model = model
    }
}

/// What a model is asked.
package struct ChatQuestion: Sendable, Equatable {
    package var endpoint: ChatEndpoint
    package var prompt: String
    /// The agent's name, for messages.
    package var agent: String

    package init(_ prompt: String, to endpoint: ChatEndpoint, agent: String) {
        self.prompt = prompt
        self.endpoint = endpoint
        self.agent = agent
    }
}
