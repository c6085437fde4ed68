// The workflows that can be started, and the form that starts one.

import { get, newKey, post } from "./api.js"
import { el, setText } from "./dom.js"
import { InputForm } from "./form.js"
import { address } from "./router.js"
import { Rows, rowLink } from "./table.js"
import { plural } from "./text.js"

const columns = [
  { title: "Workflow", kind: "wide", cell: (row, old) => rowLink(address("workflows", row.id), row.name ?? row.id, old) },
  { title: "Version", kind: "rank2", cell: (row) => row.version },
  { title: "Steps", kind: "number", cell: (row) => (typeof row.steps === "number" ? row.steps : row.steps?.length) },
  { title: "Inputs", kind: "number rank2", cell: (row) => (row.inputs?.length ? row.inputs.length : null) },
  { title: "About", kind: "wide rank2", cell: (row) => row.description },
  { title: "From", kind: "rank3", cell: (row) => row.path ?? row.source },
]

export class WorkflowsView {
  #shownForm = null

  constructor(id) {
    this.id = id
    this.title = id ? `Start ${id}` : "Workflows"
    this.rows = new Rows(columns, {
      label: "Workflows",
      empty: "No workflow here. Put one into .conductor/workflows/, or start the server with --workflows DIR.",
    })
    this.filter = el("input", { type: "search", "aria-label": "Search workflows", placeholder: "Search workflows  /", "data-search": true,
      oninput: () => this.#show() })
    this.faults = el("div")
    this.form = el("div")
    this.heading = el("h1", null, id ?? "Workflows")
    this.element = id ? this.#one() : this.#all()
  }

  #one() {
    return el("section", { class: "narrow" },
      el("div", { class: "head" }, el("a", { class: "up", href: "#/workflows" }, "Workflows"), this.heading), this.form)
  }

  #all() {
    return el("section", null, el("div", { class: "head" }, this.heading),
      el("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() }, this.filter),
      this.faults, this.rows.element)
  }

  async read() {
    const answer = await get("/v1/workflows")
    this.workflows = answer.workflows
    if (this.id) this.#showForm()
    else this.#show()
    const faults = answer.faults ?? []
    this.faults.replaceChildren(...faults.map(({ path, message }) => el("p", { class: "fault" }, `${path}: ${message}`)))
  }

  #show() {
    const wanted = this.filter.value.trim().toLowerCase()
    this.rows.set((this.workflows ?? []).filter((row) => `${row.name} ${row.id} ${row.description ?? ""}`.toLowerCase().includes(wanted)))
  }

  /** Made once: what is being entered stays. */
  #showForm() {
    const workflow = this.workflows.find((row) => String(row.id) === this.id)
    if (!workflow) {
      setText(this.form, "There is no such workflow any more.")
      return
    }
    const key = JSON.stringify([workflow.version, workflow.inputs])
    if (this.#shownForm === key) return
    this.#shownForm = key
    setText(this.heading, workflow.name ?? workflow.id)
    const idempotency = newKey()
    const form = new InputForm(workflow.inputs ?? [], async (inputs) => {
      const run = await post("/v1/runs", { workflow: workflow.id, inputs }, { "Idempotency-Key": idempotency })
      location.hash = address("runs", run.id)
    })
    const steps = typeof workflow.steps === "number" ? workflow.steps : workflow.steps?.length
    this.form.replaceChildren(el("p", { class: "about" }, workflow.description ?? ""),
      el("p", { class: "note" }, [steps ? plural(steps, "step") : null, workflow.path].filter((text) => text).join(" · ")), form.element)
  }
}
