import HTTPTypes
import Hummingbird
import JSON

/// `/v1/session`: a browser shows the token once, and is known by a cookie from then on.
struct SessionRoutes {
    let services: ServerServices

    var all: [APIRoute] {
        [
            APIRoute(
                .post, "session", "Give a browser that sent the token a cookie in its stead.", takes: .object([:]),
                gives: .object(["ok": .boolean])
            ) { [services] request in
                guard request.request.headers[.authorization] != nil else {
                    throw Problem(.unauthorized, "send the token of the file DB-token (Authorization: Bearer …)")
                }
                let cookie = AccessCookie.header(
                    services.token, isSecure: services.settings.certificate != nil)
                return .json(.object(["ok": .bool(true)]), headers: [.setCookie: cookie])
            }
        ]
    }
}
