// The graph of a run: drawn once, lit up as its jobs go on.

import { el, setClass, setText, svg } from "./dom.js"
import { layers } from "./layers.js"
import { address } from "./router.js"
import { sign } from "./states.js"
import { duration, label } from "./text.js"

const wide = { width: 176, height: 46, gapX: 52, gapY: 14, margin: 10 }
const narrow = { ...wide, width: 138, gapX: 28, margin: 2 }
const narrowest = 700 // px of room, below which nodes are narrow
const mostDrawn = 800
const pen = document.createElement("canvas").getContext("2d") // measures names

export class Graph {
  #shape = ""
  #nodes = new Map()
  #edges = []
  #node = wide
  #graph = null // as it was told last

  constructor() {
    this.element = el("div", { class: "graph", tabindex: 0, role: "region", "aria-label": "Graph of the run" })
    new ResizeObserver(() => this.#refit()).observe(this.element)
  }

  /** Nodes are drawn anew when there is room for wide ones, or no more. */
  #refit() {
    if (!this.#graph || !this.element.isConnected || this.#node === this.#fitting()) return
    this.#shape = ""
    this.set(this.#graph)
  }

  #fitting() {
    return this.element.clientWidth < narrowest ? narrow : wide
  }

  /** `graph`: `{jobs, edges}` as the server tells. */
  set(graph) {
    this.#graph = graph
    if (graph.jobs.length > mostDrawn) {
      this.element.replaceChildren(el("p", { class: "empty" }, `${graph.jobs.length} jobs are too many to draw; they are below.`))
      return
    }
    const shape = JSON.stringify([graph.jobs.map((job) => job.id), graph.edges.map((edge) => [edge.from, edge.to])])
    if (shape !== this.#shape) this.#draw(graph)
    this.#shape = shape
    for (const job of graph.jobs) this.#light(job)
    const byID = new Map(graph.jobs.map((job) => [job.id, job]))
    for (const { edge, path } of this.#edges) this.#lightEdge(path, edge, byID)
  }

  #draw(graph) {
    const node = this.#fitting()
    this.#node = node
    const { positions, layers: columns, rows } = layers(graph.jobs, graph.edges)
    const at = (id) => {
      const { layer, row } = positions.get(id)
      return { x: node.margin + layer * (node.width + node.gapX), y: node.margin + row * (node.height + node.gapY) }
    }
    const width = 2 * node.margin + columns * node.width + (columns - 1) * node.gapX
    const height = 2 * node.margin + rows * node.height + (rows - 1) * node.gapY
    this.#edges = graph.edges.filter((edge) => positions.has(edge.from) && positions.has(edge.to)).map((edge) => ({
      edge, path: svg("path", { d: wire(at(edge.from), at(edge.to), node) }),
    }))
    this.#nodes = new Map(graph.jobs.map((job) => [job.id, drawNode(job, at(job.id), node)]))
    this.element.replaceChildren(svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": false },
      this.#edges.map(({ path }) => path), [...this.#nodes.values()].map((drawn) => drawn.group)))
  }

  #light(job) {
    const drawn = this.#nodes.get(job.id)
    const critical = job.critical ? " is-critical" : ""
    setClass(drawn.group, `node is-${job.state}${critical}${job.cached ? " is-cached" : ""}`)
    setText(drawn.sign, sign(job.state))
    setText(drawn.detail, detail(job))
    const share = job.state === "running" && job.progress ? Math.min(100, job.progress) / 100 : 0
    drawn.bar.setAttribute("width", String(share * (this.#node.width - 2)))
    drawn.group.setAttribute("aria-label", `${label(job)}: ${job.state}${job.critical ? ", on the critical path" : ""}`)
    setText(drawn.title, `${label(job)}\n${job.state}${job.error ? `\n${job.error}` : ""}`)
  }

  #lightEdge(path, edge, jobs) {
    const from = jobs.get(edge.from)
    const to = jobs.get(edge.to)
    const isLit = from.state === "succeeded"
    const isCritical = from.critical && to.critical
    const flows = isLit && to.state === "running"
    setClass(path, `edge${isLit ? " is-lit" : ""}${flows ? " is-flowing" : ""}${isCritical ? " is-critical" : ""}`
      + (edge.condition && edge.condition !== "succeeded" ? " is-conditional" : ""))
  }
}

function drawNode(job, { x, y }, node) {
  const text = fitting(label(job), node.width - 38)
  const drawn = {
    sign: svg("text", { class: "sign", x: 16, y: 20 }),
    detail: svg("text", { class: "detail", x: 28, y: 36 }),
    bar: svg("rect", { class: "progress", x: 1, y: node.height - 4, width: 0, height: 3, rx: 1.5 }),
    title: svg("title"),
  }
  drawn.group = svg("a", { href: address("jobs", job.id), transform: `translate(${x} ${y})` },
    drawn.title, svg("rect", { class: "box", width: node.width, height: node.height, rx: 8 }),
    drawn.sign, drawn.bar,
    svg("svg", { width: node.width - 8, height: node.height }, svg("text", { class: "name", x: 28, y: 20 }, text), drawn.detail))
  return drawn
}

/** A name, as much of it as there is room for. */
function fitting(name, room) {
  pen.font = `550 13px ${getComputedStyle(document.documentElement).fontFamily}`
  if (name.length < 100 && pen.measureText(name).width <= room) return name
  let length = Math.min(name.length, 60)
  while (length > 1 && pen.measureText(`${name.slice(0, length)}…`).width > room) length -= 1
  return `${name.slice(0, length)}…`
}

function detail(job) {
  const parts = [job.state === "succeeded" || job.state === "failed" ? null : job.state]
  if (job.cached) parts.push("kept")
  else if (job.duration_ms !== null && job.duration_ms !== undefined && job.started_at) parts.push(duration(job.duration_ms))
  if (job.state === "running" && job.progress) parts.push(`${Math.round(job.progress)} %`)
  if (job.attempts > 1) parts.push(`try ${job.attempts}`)
  return parts.filter((part) => part).join(" · ")
}

function wire(from, to, node) {
  const start = { x: from.x + node.width, y: from.y + node.height / 2 }
  const end = { x: to.x, y: to.y + node.height / 2 }
  const bend = Math.max(14, (end.x - start.x) / 2)
  return `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`
}
