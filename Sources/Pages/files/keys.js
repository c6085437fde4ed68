// What the keyboard does beyond the browser's own keys.

import { el } from "./dom.js"
import { show } from "./messages.js"

const help = [
  ["/", "search or filter"],
  ["j  k", "next and previous row"],
  ["Enter", "open the row"],
  ["g o", "overview"],
  ["g r", "runs"],
  ["g j", "jobs"],
  ["g w", "workflows"],
  ["g s", "SQL"],
  ["u", "up, to the list"],
  ["l", "to the log of the job"],
  ["Ctrl Enter", "run the query"],
  ["?", "this help"],
  ["Esc", "leave a field, close this"],
]

const places = { o: "#/", r: "#/runs", j: "#/jobs", w: "#/workflows", s: "#/sql" }
let awaitsPlace = 0

export function listenToKeys(currentView) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return
    if (isEntry(event.target)) {
      if (event.key === "Escape") event.target.blur()
      return
    }
    if (handle(event.key, currentView())) event.preventDefault()
  })
}

function handle(key, view) {
  if (performance.now() < awaitsPlace && places[key]) {
    awaitsPlace = 0
    location.hash = places[key]
    return true
  }
  awaitsPlace = 0
  switch (key) {
    case "g": awaitsPlace = performance.now() + 1500; return true
    case "/": return focus(view?.element.querySelector("[data-search]"))
    case "j": return step(1)
    case "k": return step(-1)
    case "u": return up()
    case "l": return focus(view?.element.querySelector(".log"))
    case "?": showHelp(); return true
    default: return false
  }
}

function step(by) {
  const rows = [...document.querySelectorAll("main [data-row]")].filter((row) => row.offsetParent !== null)
  if (rows.length === 0) return false
  const at = rows.indexOf(document.activeElement)
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))
  return focus(rows[next])
}

function up() {
  const link = document.querySelector("main .up")
  if (link) location.hash = link.hash
  return link !== null
}

function focus(element) {
  if (!element) return false
  element.focus()
  element.scrollIntoView({ block: "nearest" })
  element.select?.()
  return true
}

function isEntry(element) {
  return element.matches?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range])")
}

export function showHelp() {
  const list = el("dl", { class: "keys" })
  for (const [keys, what] of help) {
    list.append(el("dt", null, keys.split(" ").filter((key) => key).map((key) => el("kbd", null, key))), el("dd", null, what))
  }
  const close = el("button", { type: "submit" }, "Close")
  const dialog = el("dialog", { class: "question help", "aria-label": "Keyboard help", closedby: "any" },
    el("form", { method: "dialog" }, el("h2", null, "Keyboard"), list, el("div", { class: "buttons" }, close)))
  show(dialog, close)
}
