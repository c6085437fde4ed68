/// How one step becomes several jobs.
package enum FanOut: Sendable, Equatable {
    /// Every combination of the axes' values, less `exclude`, and `include` besides. Expressions read `matrix.AXIS`.
    case matrix(axes: [Axis], include: [[String: JSONTemplate]], exclude: [[String: JSONTemplate]])
    /// One job for each element of a list, or for each member of an object, known when the step is reached.
    /// Expressions read `item` (of an object: `item.key`, `item.value`) and `index`, from 0.
    case each(JSONTemplate)

    package struct Axis: Sendable, Equatable {
        package let name: String
        /// A list, or an expression that gives one.
        package let values: JSONTemplate
    }
}
