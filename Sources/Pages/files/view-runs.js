// Runs, newest first.

import { el } from "./dom.js"
import { List } from "./list.js"
import { address } from "./router.js"
import { badge, runStates } from "./states.js"
import { Rows, rowLink } from "./table.js"
import { duration } from "./text.js"
import { when } from "./ticker.js"
import { tally } from "./tally.js"

const columns = [
  { title: "Run", kind: "id", cell: (run) => String(run.id) },
  { title: "Workflow", kind: "wide", cell: (run, old) => rowLink(address("runs", run.id), run.workflow || "inline", old) },
  { title: "State", kind: "state", cell: (run) => badge(run.state) },
  { title: "Jobs", kind: "tallies", cell: (run) => tally(run) },
  { title: "Started", kind: "time rank2", cell: (run) => when(run.started_at ?? run.created_at) },
  { title: "Took", kind: "number", cell: (run) => duration(run.duration_ms) },
  { title: "Speed-up", kind: "number rank3", cell: (run) => (run.speedup ? `${Number(run.speedup).toFixed(1)} ×` : "") },
]

export class RunsView {
  title = "Runs"

  constructor(query) {
    this.list = new List({
      path: "/v1/runs", member: "runs", query, rows: new Rows(columns, { label: "Runs", empty: "No run yet, or none like this. Start one: weir run FILE.yaml, or from the workflows." }),
      filters: [
        { name: "search", label: "Search runs", placeholder: "Search workflows  /" },
        { name: "state", label: "any state", options: runStates },
      ],
    })
    this.element = el("section", null,
      el("div", { class: "head" }, el("h1", null, "Runs"), el("a", { class: "button", href: "#/workflows" }, "Start a workflow")),
      this.list.element)
  }

  read() {
    return this.list.read()
  }

  close() {
    this.list.close()
  }
}
