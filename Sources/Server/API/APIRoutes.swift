import Hummingbird

/// Weir's own interface, `/v1`.
struct APIRoutes {
    let services: ServerServices

    func add(to router: some RouterMethods<ServerContext>) {
        let group = router.group("v1")
        JobRoutes(services: services).add(to: group)
    }
}
