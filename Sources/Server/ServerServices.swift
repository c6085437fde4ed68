import Conductor
import Engine
import MCP
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

    /// What the tools of the Model Context Protocol work on.
    var toolContext: ToolContext {
        var context = ToolContext(service: store, directory: settings.directory)
        context.folders = settings.workflowFolders
        context.searchPath = settings.environment["PATH"]
        context.definitions = ConductorStarter(directory: store.folder, bootID: HostIdentity.bootID())
        return context
    }
}
