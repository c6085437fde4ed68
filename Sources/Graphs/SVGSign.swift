/// A sign for each state, drawn and not written, so that no font has to have it and nobody has to tell colours apart.
enum SVGSign {
    /// - Parameters:
    ///   - x: of the sign's middle.
    ///   - size: half its width.
    static func draw(_ state: Graph.State, x: Double, y: Double, size: Double) -> String {
        func point(_ dx: Double, _ dy: Double) -> String {
            "\(SVGText.number(x + dx * size)) \(SVGText.number(y + dy * size))"
        }
        func path(_ commands: String) -> String { "<path class=\"s\" d=\"\(commands)\"/>" }
        func circle(_ radius: Double, _ name: String) -> String {
            "<circle class=\"\(name)\" cx=\"\(SVGText.number(x))\" cy=\"\(SVGText.number(y))\" "
                + "r=\"\(SVGText.number(size * radius))\"/>"
        }
        return switch state {
        case .succeeded: path("M\(point(-0.9, 0.05))L\(point(-0.25, 0.75))L\(point(0.95, -0.75))")
        case .failed: path("M\(point(-0.75, -0.75))L\(point(0.75, 0.75))M\(point(0.75, -0.75))L\(point(-0.75, 0.75))")
        case .skipped:
            path(
                "M\(point(-0.9, -0.7))L\(point(-0.1, 0))L\(point(-0.9, 0.7))"
                    + "M\(point(0.1, -0.7))L\(point(0.9, 0))L\(point(0.1, 0.7))")
        case .cancelled: circle(0.9, "s") + path("M\(point(-0.6, 0.6))L\(point(0.6, -0.6))")
        case .running, .reclaiming:
            "<path class=\"t\" d=\"M\(point(-0.7, -0.9))L\(point(0.95, 0))L\(point(-0.7, 0.9))Z\"/>"
        case .ready: circle(0.5, "t")
        case .scheduled: circle(0.9, "s") + path("M\(point(0, -0.5))L\(point(0, 0))L\(point(0.4, 0.2))")
        case .blocked: circle(0.6, "s")
        }
    }
}
