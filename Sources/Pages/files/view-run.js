// One run: its graph, lit up while it goes on, its timeline, its steps.

import { get, newKey, post } from "./api.js"
import { el, reconcile, replaceKept, setText } from "./dom.js"
import { facts } from "./facts.js"
import { Gantt } from "./gantt.js"
import { Graph } from "./graph.js"
import { actionButton, ask, say } from "./messages.js"
import { address } from "./router.js"
import { badge, isFinal, setBadge } from "./states.js"
import { Rows, rowLink } from "./table.js"
import { bytes, duration, percent } from "./text.js"
import { setElapsed } from "./ticker.js"
import { pretty } from "./pretty.js"

const mostFailures = 3

const stepColumns = [
  { title: "Step", kind: "wide", cell: (step, old) => rowLink(address("jobs", step.job), step.step, old) },
  { title: "State", kind: "state", cell: (step) => badge(step.state) },
  { title: "Agent", kind: "rank2", cell: (step) => step.agent },
  { title: "Waited", kind: "number rank2", cell: (step) => duration(step.wait_ms) },
  { title: "Took", kind: "number", cell: (step, old) =>
    setElapsed(old ?? el("span"), step.started_at ? step.duration_ms : null, step.state === "running" ? step.started_at : null) },
  { title: "Tries", kind: "number rank3", cell: (step) => step.attempts },
  { title: "Memory", kind: "number rank3", cell: (step) => (step.peak_memory_kb ? bytes(step.peak_memory_kb * 1024) : null) },
  { title: "Error", kind: "wide rank2", cell: (step) => step.error },
]

export class RunView {
  #timer = null

  constructor(id) {
    this.id = id
    this.path = `/v1/runs/${encodeURIComponent(id)}`
    this.title = `Run ${id}`
    this.heading = el("h1", null, `Run ${id}`)
    this.state = el("span")
    this.buttons = el("div", { class: "buttons" })
    this.failures = el("div")
    this.waiting = el("div", { class: "waiting" })
    this.facts = el("dl", { class: "facts" })
    this.error = el("p", { class: "fault", hidden: true })
    this.graph = new Graph()
    this.gantt = new Gantt()
    this.steps = new Rows(stepColumns, { key: (step) => step.job, label: "Steps", empty: "This run has no steps." })
    this.result = el("pre", { class: "value" })
    this.resultPart = el("section", { class: "part", hidden: true }, el("h2", null, "Result"), this.result)
    this.element = el("section", { class: "run" },
      el("div", { class: "head" }, el("a", { class: "up", href: "#/runs" }, "Runs"), this.heading, this.state, this.buttons),
      this.error, this.failures, this.waiting, this.facts,
      el("section", { class: "part" }, el("h2", null, "Graph"), this.graph.element),
      el("section", { class: "part" }, el("h2", null, "Timeline"),
        el("p", { class: "legend" },
          el("span", { class: "critical" }, "critical path"), el("span", { class: "waited" }, "ready, waiting")),
        this.gantt.element),
      el("section", { class: "part" }, el("h2", null, "Steps"), this.steps.element), this.resultPart)
  }

  async read() {
    const [run, graph] = await Promise.all([get(this.path), get(`${this.path}/graph`)])
    this.title = `${run.workflow || "inline"} ${this.id}`
    this.retitle?.(this.title)
    setText(this.heading, `${run.workflow || "inline"} ${this.id}`)
    setBadge(this.state, run.paused ? "paused" : run.state)
    setText(this.error, run.error ?? "")
    this.error.hidden = !run.error
    // A run that succeeded could do without them.
    this.#drawFailures(run.state === "succeeded" ? [] : run.steps.filter((step) => step.state === "failed"))
    facts(this.facts, factsOf(run))
    this.graph.set(graph)
    this.gantt.set(run.steps)
    this.steps.set(run.steps)
    setText(this.result, pretty(run.result))
    this.resultPart.hidden = run.result === null || run.result === undefined
    this.#drawButtons(run)
    this.#drawWaiting(graph.jobs.filter((job) => awaitsDecision(job)))
    this.#keepTime(run)
  }

  /** Bars grow while the run goes on, also between events. */
  #keepTime(run) {
    clearInterval(this.#timer)
    if (!isFinal(run.state)) this.#timer = setInterval(() => document.hidden || this.gantt.set(run.steps), 1000)
  }

  #drawButtons(run) {
    const wanted = isFinal(run.state) ? (run.state === "succeeded" ? [] : ["retry"]) : [run.paused ? "resume" : "pause", "cancel"]
    if (this.shownActions === wanted.join()) return
    this.shownActions = wanted.join()
    const make = {
      retry: () => actionButton("Retry what failed", () => this.#act("retry", "The run goes on."), "primary"),
      pause: () => actionButton("Pause", () => this.#act("pause", "No further step starts.")),
      resume: () => actionButton("Resume", () => this.#act("resume", "The run goes on."), "primary"),
      cancel: () => actionButton("Cancel", () => this.#cancel(), "danger"),
    }
    replaceKept(this.buttons, ...wanted.map((name) => make[name]()))
  }

  /** What failed and why, the first of them, with the way to their logs. */
  #drawFailures(steps) {
    const shown = steps.slice(0, mostFailures)
    reconcile(this.failures, shown, (step) => step.job, () => el("p", { class: "fault" }, el("a"), el("span")),
      (element, step) => {
        element.firstChild.href = address("jobs", step.job)
        setText(element.firstChild, step.step)
        setText(element.lastChild, `: ${step.error ?? "failed"}${rest(step, steps, shown)}`)
      })
  }

  #drawWaiting(jobs) {
    const key = jobs.map((job) => job.id).join()
    if (this.shownWaiting === key) return
    this.shownWaiting = key
    replaceKept(this.waiting, ...jobs.map((job) => el("div", { class: "decision" },
      el("p", null, `${job.key || job.name} waits for a decision${job.message ? `: ${job.message}` : ""}`),
      el("div", { class: "buttons" },
        actionButton("Approve", () => this.#decide(job, true), "primary"),
        actionButton("Reject", () => this.#decide(job, false), "danger")))))
  }

  async #act(action, note) {
    await post(`${this.path}/${action}`, {}, { "Idempotency-Key": newKey() })
    say(note)
    this.reread?.()
  }

  async #cancel() {
    if (await ask(`Cancel run ${this.id}? What runs is ended.`, { action: "Cancel it", isDangerous: true }) === null) return
    await this.#act("cancel", "The run is being cancelled.")
  }

  async #decide(job, approved) {
    const comment = await ask(`${approved ? "Approve" : "Reject"} ${job.key || job.name}?`,
      { action: approved ? "Approve" : "Reject", field: "Comment, if you like", isDangerous: !approved })
    if (comment === null) return
    await post(`/v1/jobs/${job.id}/approve`, { approved, ...(comment ? { comment } : {}) }, { "Idempotency-Key": newKey() })
    say(approved ? "Approved." : "Rejected.")
    this.reread?.()
  }

  close() {
    clearInterval(this.#timer)
  }
}

/** Said of the last that is shown. */
function rest(step, steps, shown) {
  return step === shown.at(-1) && steps.length > shown.length ? ` (and ${steps.length - shown.length} more below)` : ""
}

function awaitsDecision(job) {
  return job.awaits === "signal" && (job.state === "blocked" || job.state === "scheduled")
}

function factsOf(run) {
  const figures = run.parallelStats ?? {}
  return [
    ["Took", duration(run.duration_ms)], ["Steps", `${run.succeeded} of ${run.jobs} succeeded`], ["Failed", run.failed || null],
    ["Skipped", run.skipped || null], ["Speed-up", run.speedup ? `${Number(run.speedup).toFixed(1)} ×` : null],
    ["Efficiency", run.efficiency === null ? null : percent(run.efficiency)], ["At once", figures.maxConcurrentSteps || null],
    ["Critical path", run.critical_ms ? duration(run.critical_ms) : null], ["Saved", run.saved_ms > 0 ? duration(run.saved_ms) : null],
    ["Gates", run.gates?.total ? `${run.gates.passed} of ${run.gates.total}` : null],
    ["Inputs", run.inputs && run.inputs !== "{}" && Object.keys(run.inputs).length > 0 ? pretty(run.inputs, "") : null, "code"],
  ]
}
