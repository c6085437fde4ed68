// One job: why it is where it is, its attempts, result and gates, and its log.

import { render } from "./ansi.js"
import { get, newKey, post } from "./api.js"
import { el, reconcile, replaceKept, setText } from "./dom.js"
import { facts } from "./facts.js"
import { LogWindow } from "./log-window.js"
import { actionButton, ask, say } from "./messages.js"
import { address } from "./router.js"
import { badge, isFinal, setBadge } from "./states.js"
import { Rows, rowLink } from "./table.js"
import { bytes, duration, label } from "./text.js"
import { setElapsed, when } from "./ticker.js"
import { pretty } from "./pretty.js"

const attemptColumns = [
  { title: "Try", kind: "id", cell: (row) => String(row.attempt) },
  { title: "State", kind: "state", cell: (row) => badge(row.state) },
  { title: "Started", kind: "time rank4", cell: (row) => when(row.started_at) },
  { title: "Took", kind: "number", cell: (row, old) =>
    setElapsed(old ?? el("span"), row.duration_ms, row.finished_at ? null : row.started_at) },
  { title: "Exit", kind: "number", cell: (row) => row.signal ? `signal ${row.signal}` : row.exit_code },
  { title: "Runner", kind: "number rank3", cell: (row) => row.runner_id },
  { title: "CPU", kind: "number rank3", cell: (row) => duration(row.cpu_ms) },
  { title: "Memory", kind: "number rank2", cell: (row) => row.max_rss_kb ? bytes(row.max_rss_kb * 1024) : null },
]

const relatedColumns = [
  { title: "Job", kind: "wide", cell: (row, old) => rowLink(address("jobs", row.id), row.name || `job ${row.id}`, old) },
  { title: "State", kind: "state", cell: (row) => badge(row.state) },
  { title: "If it", cell: (row) => row.condition },
]

const gateColumns = [
  { title: "Gate", kind: "wide", cell: (row) => row.label || row.metric },
  { title: "Wanted", kind: "number", cell: (row) => row.threshold },
  { title: "Is", kind: "number", cell: (row) => row.actual },
  { title: "Status", kind: "state", cell: (row) => badge(row.status) },
]

export class JobView {
  #attempt = null // whose log is shown; null: the last
  #shown = null

  constructor(id) {
    this.id = id
    this.path = `/v1/jobs/${encodeURIComponent(id)}`
    this.title = `Job ${id}`
    this.up = el("a", { class: "up", href: "#/jobs" }, "Jobs")
    this.heading = el("h1", null, `Job ${id}`)
    this.state = el("span")
    this.buttons = el("div", { class: "buttons" })
    this.reasons = el("ul", { class: "reasons" })
    this.facts = el("dl", { class: "facts" })
    this.attempts = new Rows(attemptColumns, { key: (row) => row.attempt, label: "Attempts", empty: "Never started." })
    this.before = new Rows(relatedColumns, { label: "Waits for" })
    this.after = new Rows(relatedColumns, { label: "Waited for by" })
    this.gates = new Rows(gateColumns, { key: (row) => `${row.metric} ${row.label}`, label: "Gates" })
    this.result = el("pre", { class: "value" })
    this.tries = el("select", { "aria-label": "Attempt", onchange: () => this.#choose(this.tries.value) })
    this.logBox = el("div")
    this.sections = {
      result: section("Result", this.result), gates: section("Gates", this.gates.element),
      before: section("Waits for", this.before.element), after: section("Waited for by", this.after.element),
    }
    this.element = el("section", { class: "job" },
      el("div", { class: "head" }, this.up, this.heading, this.state, this.buttons),
      this.reasons, this.facts,
      el("div", { class: "halves" },
        el("div", null, section("Attempts", this.attempts.element), ...Object.values(this.sections)),
        el("section", { class: "log-part" }, el("div", { class: "head" }, el("h2", null, "Log"), this.tries), this.logBox)))
  }

  async read() {
    const answer = await get(this.path)
    const { job } = answer
    this.title = `${label(job)} · job ${job.id}`
    this.retitle?.(this.title)
    setText(this.heading, label(job))
    setBadge(this.state, job.state)
    if (job.run_id) {
      this.up.href = address("runs", job.run_id)
      setText(this.up, `${job.workflow ?? "Run"} ${job.run_id}`)
    }
    reconcile(this.reasons, answer.explain ?? [], (text) => text, (text) => el("li", null, text))
    facts(this.facts, factsOf(job))
    this.attempts.set([...(answer.attempts ?? [])].reverse())
    this.#related(answer)
    this.result.replaceChildren(render(pretty(job.result)).fragment)
    this.sections.result.hidden = job.result === null || job.result === undefined
    this.#drawButtons(job)
    await this.#showLog(job)
  }

  #related({ dependencies = [], dependents = [], gates = [] }) {
    this.before.set(dependencies.map((row) => ({ id: row.depends_on, ...row })))
    this.after.set(dependents.map((row) => ({ id: row.job_id, ...row })))
    this.gates.set(gates)
    this.sections.before.hidden = dependencies.length === 0
    this.sections.after.hidden = dependents.length === 0
    this.sections.gates.hidden = gates.length === 0
  }

  #drawButtons(job) {
    const wanted = actionsFor(job)
    if (this.shownActions === wanted.join()) return
    this.shownActions = wanted.join()
    const make = {
      approve: () => actionButton("Approve", () => this.#decide(true), "primary"),
      reject: () => actionButton("Reject", () => this.#decide(false), "danger"),
      retry: () => actionButton("Retry", () => this.#act("retry", "Job is ready again."), "primary"),
      cancel: () => actionButton("Cancel", () => this.#cancel(), "danger"),
    }
    replaceKept(this.buttons, ...wanted.map((name) => make[name]()))
  }

  async #act(action, note, body) {
    await post(`${this.path}/${action}`, body, { "Idempotency-Key": newKey() })
    say(note)
    this.reread?.()
  }

  async #cancel() {
    if (await ask(`Cancel job ${this.id}?`, { action: "Cancel it", isDangerous: true }) === null) return
    await this.#act("cancel", "The job is being cancelled.")
  }

  async #decide(approved) {
    const comment = await ask(approved ? "Approve this step?" : "Reject this step? It fails then.",
      { action: approved ? "Approve" : "Reject", field: "Comment, if you like", isDangerous: !approved })
    if (comment === null) return
    await this.#act("approve", approved ? "Approved." : "Rejected.", { approved, ...(comment ? { comment } : {}) })
  }

  async #choose(attempt) {
    this.#attempt = Number(attempt)
    this.reread?.()
  }

  async #showLog(job) {
    const last = job.attempts ?? 0
    if (this.tries.options.length !== last) {
      const isLast = this.#attempt === null || this.#attempt === this.tries.options.length
      if (isLast) this.#attempt = null
      this.tries.replaceChildren(...Array.from({ length: last }, (_, at) => el("option", { value: at + 1 }, `attempt ${at + 1}`)))
    }
    this.tries.hidden = last < 2
    const attempt = this.#attempt ?? last
    if (attempt === 0) return setText(this.logBox, "Nothing printed yet.")
    this.tries.value = String(attempt)
    if (this.#shown !== attempt) {
      this.log?.close()
      this.log = new LogWindow(`${this.path}/logs?attempt=${attempt}`, () => this.reread?.())
      this.logBox.replaceChildren(this.log.element)
      this.#shown = attempt
    }
    await this.log.grow(attempt === last && !isFinal(job.state))
  }

  close() {
    this.log?.close()
  }
}

function actionsFor(job) {
  if (job.state === "failed" || job.state === "cancelled") return ["retry"]
  if (isFinal(job.state)) return []
  return job.awaits === "signal" ? ["approve", "reject", "cancel"] : ["cancel"]
}

function factsOf(job) {
  return [
    ["Command", job.command, "code"], ["Type", job.type], ["Queue", job.queue], ["Priority", job.priority],
    ["Waited", duration(job.queue_ms)], ["Took", duration(job.duration_ms)], ["Exit code", job.exit_code],
    ["Progress", job.progress === null || job.progress === undefined || isFinal(job.state) ? null
      : `${Math.round(job.progress)} %${job.progress_message ? ` ${job.progress_message}` : ""}`],
    ["Retries left", isFinal(job.state) ? null : job.retries], ["Pools", poolsOf(job)],
    ["Error", job.error], ["Data", job.data ? pretty(job.data, "") : null, "code"],
  ]
}

/** `gpu 2, cpu 1` */
function poolsOf(job) {
  return Object.entries(job.pools ?? {}).map(([pool, amount]) => `${pool} ${amount}`).join(", ")
}

function section(title, ...content) {
  return el("section", { class: "part" }, el("h2", null, title), ...content)
}
