// Joins the parts: which view is shown, and when it is read anew.

import { el } from "./dom.js"
import { Live } from "./live.js"
import { here } from "./router.js"
import { listenToKeys, showHelp } from "./keys.js"
import { complain } from "./messages.js"
import { OverviewView } from "./view-overview.js"
import { RunsView } from "./view-runs.js"
import { RunView } from "./view-run.js"
import { JobsView } from "./view-jobs.js"
import { JobView } from "./view-job.js"
import { WorkflowsView } from "./view-workflows.js"
import { SQLView } from "./view-sql.js"

const views = {
  overview: () => new OverviewView(),
  runs: (place) => (place.id ? new RunView(place.id) : new RunsView(place.query)),
  jobs: (place) => (place.id ? new JobView(place.id) : new JobsView(place.query)),
  workflows: (place) => new WorkflowsView(place.id),
  sql: () => new SQLView(),
}

const main = document.getElementById("main")
const word = document.getElementById("live-word")
const button = document.getElementById("live")
let view = null

async function read() {
  const reading = view
  try {
    await reading?.read()
    reading?.element.querySelector(":scope > .fault")?.remove()
  } catch (error) {
    if (error.name === "AbortError" || reading !== view) return
    showFault(reading, error)
  }
}

function showFault(reading, error) {
  if (!error.status && error.message !== "the server does not answer") console.error(error)
  const old = reading.element.querySelector(":scope > .fault")
  const fault = el("p", { class: "fault", role: "alert" }, error.message)
  if (old) old.replaceWith(fault)
  else reading.element.prepend(fault)
}

async function show() {
  view?.close?.()
  const place = here()
  const make = views[place.name]
  if (!make) {
    location.replace("#/")
    return
  }
  view = make(place)
  main.replaceChildren(view.element)
  main.scrollTo?.(0, 0)
  window.scrollTo(0, 0)
  setTitle(view.title)
  for (const link of document.querySelectorAll("#views a")) {
    if (link.dataset.view === place.name) link.setAttribute("aria-current", "page")
    else link.removeAttribute("aria-current")
  }
  view.retitle = setTitle
  view.reread = () => live.soon()
  await read()
}

function setTitle(title) {
  document.title = title ? `${title} · Weir` : "Weir"
}

function told(state) {
  button.dataset.state = state
  word.textContent = state === "lost" ? "reconnecting" : state
}

const live = new Live(read, told)
addEventListener("hashchange", show)
addEventListener("unhandledrejection", (event) => complain(event.reason))
button.addEventListener("click", () => live.start())
document.getElementById("help").addEventListener("click", showHelp)
listenToKeys(() => view)
await show()
live.start()
