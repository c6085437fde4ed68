// A small plot over the last hour: bars for numbers, a line for lengths.

import { el, setText, svg } from "./dom.js"

const width = 600
const height = 90

export class Plot {
  /** `series`: `{kind: "bars" or "line", class, value(point)}`; bars stand on one another. `figure(points)`: the text beside the title. */
  constructor(title, series, { format, figure }) {
    Object.assign(this, { series, format, figure })
    this.now = el("span", { class: "figure" })
    this.top = el("span", { class: "top", "aria-hidden": "true" })
    this.picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" })
    this.element = el("figure", { class: "plot" },
      el("figcaption", null, el("span", null, title), this.now),
      el("div", { class: "frame" }, this.picture, this.top),
      el("div", { class: "span", "aria-hidden": "true" }, el("span", null, "1 h ago"), el("span", null, "now")))
  }

  /** `points`: one a minute, oldest first; null where nothing is known. */
  set(points) {
    const bars = this.series.filter((series) => series.kind === "bars")
    const lines = this.series.filter((series) => series.kind === "line")
    const stacked = points.map((point) => bars.reduce((sum, series) => sum + (point ? series.value(point) ?? 0 : 0), 0))
    const drawn = points.flatMap((point) => (point ? lines.map((series) => series.value(point) ?? 0) : []))
    const top = Math.max(1e-9, ...stacked, ...drawn)
    const isEmpty = Math.max(0, ...stacked, ...drawn) === 0
    this.picture.replaceChildren(...grid(), ...this.#bars(points, bars, top), ...lines.map((series) => line(points, series, top)))
    setText(this.top, isEmpty ? "" : this.format(top))
    setText(this.now, this.figure(points))
  }

  #bars(points, bars, top) {
    const step = width / Math.max(1, points.length)
    return points.flatMap((point, index) => {
      let y = height
      return bars.map((series) => {
        const value = point ? series.value(point) ?? 0 : 0
        if (value <= 0) return null
        const size = Math.max(1, ((height - 4) * value) / top)
        y -= size
        return svg("rect", { class: series.class, x: index * step + step * 0.12, y, width: step * 0.76, height: size })
      }).filter((bar) => bar)
    })
  }
}

function grid() {
  return [0.5, 1].map((share) => {
    const y = height - share * (height - 4)
    return svg("line", { class: "grid", x1: 0, x2: width, y1: y, y2: y })
  })
}

function line(points, series, top) {
  const step = width / Math.max(1, points.length)
  let path = ""
  let isOpen = false
  points.forEach((point, index) => {
    const value = point ? series.value(point) : null
    if (value === null || value === undefined) {
      isOpen = false
      return
    }
    path += `${isOpen ? "L" : "M"}${(index + 0.5) * step} ${height - ((height - 4) * value) / top}${isOpen ? "" : "h.01"}`
    isOpen = true
  })
  return svg("path", { class: series.class, d: path })
}
