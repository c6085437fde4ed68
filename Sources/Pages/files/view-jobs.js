// Jobs, newest first.

import { el, setText } from "./dom.js"
import { List } from "./list.js"
import { address } from "./router.js"
import { badge, jobStates } from "./states.js"
import { Rows, rowLink } from "./table.js"
import { label } from "./text.js"
import { setElapsed, when } from "./ticker.js"

const columns = [
  { title: "Job", kind: "id rank4", cell: (job) => String(job.id) },
  { title: "Name", kind: "wide", cell: (job, old) => rowLink(address("jobs", job.id), label(job), old) },
  { title: "State", kind: "state", cell: (job) => badge(job.state) },
  { title: "Queue", kind: "rank2", cell: (job) => job.queue },
  { title: "Run", kind: "rank2", cell: (job) => runLink(job) },
  { title: "Tries", kind: "number rank3", cell: (job) => job.attempts },
  { title: "Started", kind: "time rank2", cell: (job) => when(job.started_at ?? job.created_at) },
  { title: "Took", kind: "number", cell: (job, old) => elapsed(job, old) },
]

function runLink(job) {
  return job.run_id ? el("a", { href: address("runs", job.run_id) }, `${job.workflow ?? "run"} ${job.run_id}`) : null
}

function elapsed(job, old) {
  return setElapsed(old ?? el("span"), job.duration_ms, job.state === "running" ? job.started_at : null)
}

export class JobsView {
  title = "Jobs"

  constructor(query) {
    this.list = new List({
      path: "/v1/jobs", member: "jobs", query, rows: new Rows(columns, { label: "Jobs", empty: "No job yet, or none like this. Store one: weir enqueue -- echo hello" }),
      filters: [
        { name: "search", label: "Search jobs", placeholder: "Search names and commands  /" },
        { name: "state", label: "any state", options: jobStates },
        { name: "queue", label: "Queue", placeholder: "Queue" },
      ],
    })
    this.element = el("section", null, el("div", { class: "head" }, el("h1", null, "Jobs")), this.list.element)
    this.list.failed = (error) => setText(this.list.rows.nothing, error.message)
  }

  read() {
    return this.list.read()
  }

  close() {
    this.list.close()
  }
}
