/// How large boxes are, by how many there are: the more steps, the less is written into each.
struct Scale: Equatable {
    enum Detail { case full, line, dot }

    let detail: Detail
    let height: Double
    /// Between two boxes of a column.
    let gap: Double
    /// Between lines that pass through a column.
    let lineGap: Double
    /// Between two columns, at least.
    let columnGap: Double
    let font: Double
    let widestLabel: Double
    /// Boxes of a column, before a group takes several.
    let tallest: Int

    static let full = Scale(
        detail: .full, height: 44, gap: 16, lineGap: 12, columnGap: 56, font: 13, widestLabel: 190, tallest: 60)
    static let line = Scale(
        detail: .line, height: 22, gap: 6, lineGap: 7, columnGap: 54, font: 11, widestLabel: 130, tallest: 120)
    static let dot = Scale(
        detail: .dot, height: 12, gap: 3, lineGap: 3, columnGap: 46, font: 9, widestLabel: 0, tallest: 90)

    static func fitting(_ nodes: Int) -> Scale {
        switch nodes {
        case ...70: .full
        case ...900: .line
        default: .dot
        }
    }
}
