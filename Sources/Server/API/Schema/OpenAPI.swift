import HTTPTypes
import JSON

/// The description of `/v1` for programs, made of its routes.
enum OpenAPI {
    static func document(of routes: [APIRoute], version: String) -> JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        for route in routes {
            paths["/v1/\(route.path)", default: [:]][route.method.rawValue.lowercased()] = operation(route)
        }
        return .object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("Weir"), "version": .string(version),
                "description": .string(
                    "Jobs, runs and runners of one Weir database. Times are ISO 8601 in UTC; names that end in _ms are "
                        + "milliseconds. Errors are problem details (RFC 9457)."),
            ]),
            "paths": .object(paths.mapValues { .object($0) }),
            "components": .object([
                "securitySchemes": .object([
                    "token": .object([
                        "type": .string("http"), "scheme": .string("bearer"),
                        "description": .string("The file DB-token; programs of the same user need none."),
                    ])
                ]),
                "schemas": .object(["Problem": problem.json]),
            ]),
            "security": .list([.object([:]), .object(["token": .list([])])]),
        ])
    }

    static let problem = Schema.object(
        ["title": .string, "status": .integer, "detail": .string], optional: ["instance": .string])

    private static func operation(_ route: APIRoute) -> JSONValue {
        var operation: [String: JSONValue] = [
            "summary": .string(route.summary),
            "operationId": .string(identifier(route)),
            "responses": .object(responses(route)),
        ]
        let parameters = inPath(route) + route.parameters
        if !parameters.isEmpty { operation["parameters"] = .list(parameters.map(parameter)) }
        if let body = route.takes {
            operation["requestBody"] = .object([
                "content": .object(["application/json": .object(["schema": body.json])])
            ])
        }
        return .object(operation)
    }

    private static func responses(_ route: APIRoute) -> [String: JSONValue] {
        let content = JSONValue.object([route.type: .object(["schema": route.gives.json])])
        var responses: [String: JSONValue] = [
            "\(route.status)": .object(["description": .string(route.summary), "content": content]),
            "default": .object([
                "description": .string("What is wrong, and how to mend it."),
                "content": .object([
                    "application/problem+json": .object([
                        "schema": .object(["$ref": .string("#/components/schemas/Problem")])
                    ])
                ]),
            ]),
        ]
        for (status, text) in route.further {
            var response: [String: JSONValue] = ["description": .string(text)]
            if status == 206 { response["content"] = content }
            responses["\(status)"] = .object(response)
        }
        return responses
    }

    private static func inPath(_ route: APIRoute) -> [APIRoute.Parameter] {
        names(route).map { name in
            APIRoute.Parameter(name, name == "name" ? .string : .integer, "", in: "path")
        }
    }

    private static func names(_ route: APIRoute) -> [String] {
        route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    private static func parameter(_ parameter: APIRoute.Parameter) -> JSONValue {
        .object([
            "name": .string(parameter.name), "in": .string(parameter.place),
            "required": .bool(parameter.place == "path"), "schema": parameter.schema.json,
            "description": .string(parameter.about),
        ])
    }

    /// `GET jobs/{id}/logs` → `get_jobs_id_logs`
    private static func identifier(_ route: APIRoute) -> String {
        ([route.method.rawValue.lowercased()] + route.path.split(separator: "/").map { $0.filter(\.isLetter) })
            .joined(separator: "_")
    }
}
