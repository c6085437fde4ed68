// When the steps of a run waited and worked, on one axis of time; the critical path is marked.

import { el, reconcile, setClass, setText } from "./dom.js"
import { address } from "./router.js"
import { isFinal, sign } from "./states.js"
import { duration, moment } from "./text.js"

const mostRows = 400
const ticks = 5

export class Gantt {
  constructor() {
    this.axis = el("div", { class: "axis", "aria-hidden": "true" })
    this.body = el("ol", { class: "bars" })
    this.note = el("p", { class: "note", hidden: true })
    this.element = el("div", { class: "gantt" }, this.axis, this.body, this.note)
  }

  /** `steps`: rows of the run's report. */
  set(steps, now = Date.now()) {
    const started = steps.filter((step) => step.started_at).map((step) => spans(step, now))
    started.sort((a, b) => a.ready - b.ready || a.start - b.start || a.step.job - b.step.job)
    const from = Math.min(...started.map((row) => row.ready))
    const to = Math.max(...started.map((row) => row.end))
    const length = Math.max(1, to - from)
    const shown = choose(started)
    this.note.hidden = started.length === shown.length && started.length > 0
    setText(this.note, started.length === 0 ? "Nothing has started yet."
      : `The ${shown.length} of ${started.length} steps that failed, bound the run or took longest.`)
    this.#drawAxis(started.length === 0 ? 0 : length)
    reconcile(this.body, shown, (row) => row.step.job, (row) => make(row.step), (element, row) => update(element, row, from, length))
  }

  #drawAxis(length) {
    const labels = length === 0 ? [] : Array.from({ length: ticks }, (_, index) => (length * index) / (ticks - 1))
    reconcile(this.axis, labels, (_, index) => labels.indexOf(_), () => el("span"), (element, at) => setText(element, duration(at)))
  }
}

function spans(step, now) {
  const start = moment(step.started_at)
  const end = step.finished_at ? moment(step.finished_at) : isFinal(step.state) ? start : Math.max(now, start)
  return { step, start, end, ready: start - Math.max(0, step.wait_ms ?? 0) }
}

function choose(rows) {
  if (rows.length <= mostRows) return rows
  const weight = (row) => (row.step.state === "failed" ? 2e12 : 0) + (row.step.critical ? 1e12 : 0) + (row.end - row.start)
  const best = new Set([...rows].sort((a, b) => weight(b) - weight(a)).slice(0, mostRows))
  return rows.filter((row) => best.has(row))
}

function make(step) {
  return el("li", null,
    el("a", { class: "who", "data-row": true, href: address("jobs", step.job) },
      el("span", { class: "sign" }), el("span", { class: "what" })),
    el("span", { class: "track" }, el("span", { class: "wait" }), el("span", { class: "span" }), el("span", { class: "length" })))
}

function update(element, { step, start, end, ready }, from, length) {
  setClass(element, `is-${step.state}${step.critical ? " is-critical" : ""}${step.parent ? " is-part" : ""}`)
  const [who, track] = element.children
  setText(who.children[0], sign(step.state))
  setText(who.children[1], step.step)
  who.title = step.critical ? `${step.step}: on the critical path` : step.step
  const [wait, span, text] = track.children
  put(wait, ready - from, start - ready, length)
  put(span, start - from, end - start, length)
  setText(text, duration(end - start))
  text.style.setProperty("left", `${(100 * (end - from)) / length}%`)
}

function put(element, start, width, length) {
  element.style.setProperty("left", `${(100 * start) / length}%`)
  element.style.setProperty("width", `${(100 * width) / length}%`)
}
