// Read-only SQL over the views, with queries that this browser keeps.

import { post } from "./api.js"
import { el, setText } from "./dom.js"
import { actionButton, ask } from "./messages.js"
import { SavedQueries } from "./saved-queries.js"
import { count, duration, plural } from "./text.js"

const views = [
  "job_history", "attempt_history", "run_history", "queue_stats", "dependency_history", "pool_usage", "job_pools",
  "schedule_history", "runner_stats", "gate_results",
]

export class SQLView {
  title = "SQL"

  constructor() {
    this.saved = new SavedQueries()
    this.entry = el("textarea", { class: "query", rows: 8, spellcheck: "false", "aria-label": "Query", "data-search": true })
    this.entry.value = this.saved.draft
    this.entry.addEventListener("input", () => { this.saved.draft = this.entry.value })
    this.entry.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault()
        this.run.click()
      }
    })
    this.run = actionButton("Run", () => this.#run(), "primary")
    this.note = el("span", { class: "note", role: "status" })
    this.list = el("ul", { class: "saved" })
    this.answer = el("div", { class: "rows answer" })
    this.element = el("section", { class: "sql" },
      el("div", { class: "head" }, el("h1", null, "SQL")),
      el("div", { class: "console" },
        el("div", null, this.entry,
          el("div", { class: "buttons" }, this.run, actionButton("Save", () => this.#save()), el("kbd", null, "Ctrl Enter"), this.note)),
        el("aside", null, el("h2", null, "Queries"), this.list)),
      this.answer,
      el("p", { class: "note" }, `Read-only. Views: ${views.join(", ")}.`))
    this.#showSaved()
  }

  /** A query is run when somebody asks for it, not when something changes. */
  async read() {}

  async #run() {
    setText(this.note, "…")
    const started = performance.now()
    try {
      const table = await post("/v1/sql", { sql: this.entry.value })
      const took = table.duration_ms ?? performance.now() - started
      const more = table.truncated ? "; there are more: the answer was cut" : ""
      setText(this.note, `${plural(table.rows.length, "row")}, ${duration(took)}${more}`)
      this.answer.replaceChildren(draw(table))
    } catch (error) {
      setText(this.note, "")
      this.answer.replaceChildren(el("p", { class: "fault", role: "alert" }, error.message))
    }
  }

  async #save() {
    const name = await ask("Save this query as", { action: "Save", field: "Name" })
    if (!name) return
    this.saved.add(name, this.entry.value)
    this.#showSaved()
  }

  #showSaved() {
    this.list.replaceChildren(...this.saved.all.map((query) => el("li", null,
      el("button", { type: "button", class: "link", "data-row": true, onclick: () => this.#load(query) }, query.name),
      query.isOwn ? this.#dropButton(query) : null)))
  }

  #dropButton(query) {
    const label = `Delete ${query.name}`
    return el("button", { type: "button", class: "quiet", "aria-label": label, onclick: () => this.#drop(query) }, "×")
  }

  #load(query) {
    this.entry.value = query.text
    this.saved.draft = query.text
    this.run.click()
  }

  #drop(query) {
    this.saved.remove(query.name)
    this.#showSaved()
  }
}

function draw({ columns, rows }) {
  if (rows.length === 0) return el("p", { class: "empty" }, "No rows.")
  return el("table", { class: "plain" },
    el("thead", null, el("tr", null, columns.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", null, rows.map((row) => el("tr", null, row.map(cell)))))
}

function cell(value) {
  if (value === null) return el("td", { class: "null" }, "null")
  if (typeof value === "number") return el("td", { class: "number" }, Number.isInteger(value) ? String(value) : count(value))
  return el("td", null, typeof value === "object" ? JSON.stringify(value) : String(value))
}
