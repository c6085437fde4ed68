// How far the jobs of a run are, as a bar and a number.

import { svg } from "./dom.js"

const order = ["succeeded", "failed", "cancelled", "skipped"]

/** `run`: a row with the numbers of its jobs, by state. */
export function tally(run) {
  const all = run.jobs || 0
  const picture = svg("svg", { class: "tally", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "rest", width: 100, height: 6 }))
  let at = 0
  for (const state of order) {
    const width = all === 0 ? 0 : ((run[state] || 0) * 100) / all
    if (width > 0) picture.append(svg("rect", { class: `is-${state}`, x: at, width, height: 6 }))
    at += width
  }
  const done = order.reduce((sum, state) => sum + (run[state] || 0), 0)
  const cell = document.createElement("span")
  cell.className = "tally-cell"
  cell.append(picture, `${done}/${all}`)
  return cell
}
