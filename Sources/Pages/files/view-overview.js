// What is going on: figures, the last hour, queues, runners, and what needs somebody.

import { get, post } from "./api.js"
import { el, reconcile, setText } from "./dom.js"
import { actionButton, say } from "./messages.js"
import { Plot } from "./plot.js"
import { address } from "./router.js"
import { badge } from "./states.js"
import { Rows, rowLink } from "./table.js"
import { bytes, count, duration, label, percent } from "./text.js"
import { setElapsed, when } from "./ticker.js"

const minutes = 60
const mostListed = 12

const queueColumns = (view) => [
  { title: "Queue", kind: "wide", cell: (row, old) => rowLink(address("jobs", null, { queue: row.queue }), row.queue, old) },
  { title: "Ready", kind: "number", cell: (row) => count(row.ready) },
  { title: "Running", kind: "number", cell: (row) => count(row.running) },
  { title: "Blocked", kind: "number rank2", cell: (row) => count(row.blocked) },
  { title: "Scheduled", kind: "number rank2", cell: (row) => count(row.scheduled) },
  { title: "Oldest", kind: "number rank3", cell: (row) => (row.ready > 0 ? duration(row.oldest_ready_ms) : null) },
  { title: "", kind: "act", cell: (row, old) => view.pauseButton(row, old) },
]

const runnerColumns = [
  { title: "Runner", kind: "id", cell: (row) => String(row.id) },
  { title: "State", kind: "state", cell: (row) => badge(row.state) },
  { title: "Slots", kind: "number", cell: (row) => `${row.busy ?? 0}/${row.slots}` },
  { title: "A minute", kind: "number rank2", cell: (row) => count(row.throughput) },
  { title: "Busy", kind: "number rank3", cell: (row) => percent(row.utilisation) },
  { title: "Memory", kind: "number rank2", cell: (row) => (row.memory_kb ? bytes(row.memory_kb * 1024) : null) },
  { title: "Process", kind: "number rank3", cell: (row) => row.pid },
]

const runningColumns = [
  { title: "Running", kind: "wide", cell: (row, old) => rowLink(address("jobs", row.id), label(row), old) },
  { title: "Queue", kind: "rank2", cell: (row) => row.queue },
  { title: "Progress", kind: "progress", cell: (row) => progress(row) },
  { title: "For", kind: "number", cell: (row, old) => setElapsed(old ?? el("span"), row.elapsed_ms, row.started_at) },
]

const failureColumns = (view) => [
  { title: "Failed", kind: "wide", cell: (row, old) => rowLink(address("jobs", row.id), label(row), old) },
  { title: "Error", kind: "wide rank2", cell: (row) => row.error ?? (row.exit_code ? `exit code ${row.exit_code}` : null) },
  { title: "When", kind: "time", cell: (row) => when(row.finished_at) },
  { title: "", kind: "act", cell: (row, old) => old ?? actionButton("Retry", () => view.retry(row.id), "quiet") },
]

export class OverviewView {
  title = "Overview"

  constructor() {
    this.figures = el("dl", { class: "figures" })
    this.plots = makePlots()
    this.queues = new Rows(queueColumns(this), { key: (row) => row.queue, label: "Queues", empty: "No queue yet." })
    this.runners = new Rows(runnerColumns, { label: "Runners", empty: "No runner lives. Start one: weir runner" })
    this.running = new Rows(runningColumns, { label: "Running jobs", empty: "Nothing is running." })
    this.failures = new Rows(failureColumns(this), { label: "Failed lately", empty: "Nothing failed lately." })
    this.waiting = el("ul", { class: "waiting" })
    this.element = el("section", { class: "overview" },
      el("h1", { class: "unseen" }, "Overview"), this.figures, this.waiting,
      el("div", { class: "plots" }, this.plots.map((plot) => plot.element)),
      el("div", { class: "panes" },
        el("div", null, pane("Running now", this.running), pane("Failed lately", this.failures)),
        el("div", null, pane("Queues", this.queues), pane("Runners", this.runners))))
  }

  async read() {
    const [now, stats] = await Promise.all([get("/v1/overview"), get("/v1/stats", { minutes })])
    this.#drawFigures(now)
    this.queues.set(now.queues)
    this.runners.set(now.runners)
    this.running.set(now.running.slice(0, mostListed))
    this.failures.set(now.failures.slice(0, mostListed))
    reconcile(this.waiting, now.waiting ?? [], (row) => row.id ?? row.task, (row) => el("li", { class: "decision" },
      el("p", null, el("a", { href: row.id ? address("jobs", row.id) : address("runs", row.run_id) }, row.key || row.name || `job ${row.id}`),
        ` waits for a decision${row.message ? `: ${row.message}` : ""}`)))
    const points = lastHour(stats.minutes, now.at)
    for (const plot of this.plots) plot.set(points)
  }

  #drawFigures(now) {
    const sum = (name) => now.queues.reduce((all, queue) => all + (queue[name] || 0), 0)
    const slots = now.runners.reduce((all, runner) => all + (runner.slots || 0), 0)
    const figures = [
      ["running", sum("running"), slots > 0 ? `of ${count(slots)} slots` : "no slots", address("jobs", null, { state: "running" })],
      ["ready", sum("ready"), null, address("jobs", null, { state: "ready" })],
      ["scheduled", sum("scheduled"), null, address("jobs", null, { state: "scheduled" })],
      ["blocked", sum("blocked"), null, address("jobs", null, { state: "blocked" })],
      ["open runs", now.open_runs, null, address("runs", null, { state: "running" })],
    ]
    reconcile(this.figures, figures, ([name]) => name,
      ([name, , , href]) => el("a", { href, class: "figure" }, el("dt", null, name), el("dd"), el("dd", { class: "note" })),
      (element, [, value, note]) => {
        setText(element.children[1], count(value))
        setText(element.children[2], note)
      })
  }

  pauseButton(row, old) {
    const text = row.paused ? "Resume" : "Pause"
    if (old?.textContent === text) return old
    return actionButton(text, async () => {
      await post(`/v1/queues/${encodeURIComponent(row.queue)}/${row.paused ? "resume" : "pause"}`)
      say(row.paused ? `Queue ${row.queue} goes on.` : `Queue ${row.queue} is paused.`)
      this.reread?.()
    }, row.paused ? "primary" : "quiet")
  }

  async retry(job) {
    await post(`/v1/jobs/${job}/retry`)
    say("Job is ready again.")
    this.reread?.()
  }
}

function makePlots() {
  const recent = (points, name) => points.slice(-10).reduce((sum, point) => sum + (point?.[name] ?? 0), 0)
  const last = (points, name) => points.findLast((point) => point?.[name] !== null && point?.[name] !== undefined)?.[name]
  return [
    new Plot("Throughput", [{ kind: "bars", class: "is-succeeded", value: (point) => point.completed }],
      { format: (top) => `${count(Math.round(top))} a minute`, figure: (points) => `${count(recent(points, "completed"))} in 10 m` }),
    new Plot("Wait", [{ kind: "line", class: "is-waited", value: (point) => point.average_wait_ms }],
      { format: duration, figure: (points) => duration(last(points, "average_wait_ms")) }),
    new Plot("Run time", [
      { kind: "line", class: "is-average", value: (point) => point.average_ms },
      { kind: "line", class: "is-p95", value: (point) => point.p95_ms },
    ], { format: duration, figure: (points) => duration(last(points, "average_ms")) }),
    new Plot("Failures", [
      { kind: "bars", class: "is-failed", value: (point) => point.failed },
      { kind: "bars", class: "is-retried", value: (point) => point.retried },
    ], { format: (top) => `${count(Math.round(top))} a minute`, figure: (points) => `${count(recent(points, "failed"))} in 10 m` }),
  ]
}

/** A point for each of the last 60 minutes, null where nothing was counted. */
function lastHour(rows, at) {
  const minute = Math.floor((at ? Date.parse(at) : Date.now()) / 60_000)
  const known = new Map(rows.map((row) => [Math.floor(Date.parse(row.minute) / 60_000), row]))
  return Array.from({ length: minutes }, (_, index) => known.get(minute - minutes + 1 + index) ?? null)
}

function progress(row) {
  if (row.progress === null || row.progress === undefined) return row.progress_message || null
  const text = `${Math.round(row.progress)} %${row.progress_message ? ` ${row.progress_message}` : ""}`
  return el("span", { class: "progress-cell" }, el("progress", { max: 100, value: row.progress, "aria-label": "progress" }), text)
}

function pane(title, rows) {
  return el("section", { class: "pane" }, el("h2", null, title), rows.element)
}
