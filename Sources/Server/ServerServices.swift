import Conductor
package import Stores

/// What the routes of the server share.
package struct ServerServices: Sendable {
    /// The database.
    package let store: StoreService
    package let settings: ServerSettings
    /// The token of this database.
    package let token: AccessToken
    package let events: EventHub
    /// What swift-metrics is told of this server.
    let metrics = MetricsRegistry()
    let conductor: ConductorRoutes

    package init(store: StoreService, settings: ServerSettings, token: AccessToken) {
        self.store = store
        self.settings = settings
        self.token = token
        events = EventHub(store: store)
        conductor = ConductorRoutes(store: store)
    }
}
