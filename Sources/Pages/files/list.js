// A list of the newest first, with filters above and "more" below; every page is found by its key, however long the list is.

import { get } from "./api.js"
import { el } from "./dom.js"
import { actionButton } from "./messages.js"
import { setQuery } from "./router.js"

const pageSize = 50
const mostReread = 200 // rows that are read anew after an event; older ones stay as they were read

export class List {
  #pages = new Map()
  #next = null
  #reading = null

  /** `path` answers `{[member]: rows, next}`. */
  constructor({ path, member, rows, filters, query }) {
    Object.assign(this, { path, member, rows })
    this.filters = filters
    this.query = Object.fromEntries(query)
    this.more = actionButton("More", () => this.readMore())
    this.more.hidden = true
    this.element = el("div", null, this.#bar(), rows.element, el("div", { class: "more" }, this.more))
  }

  #bar() {
    return el("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
      this.filters.map(({ name, label, options, placeholder }) => options
        ? this.#choice(name, label, options) : this.#field(name, label, placeholder)))
  }

  #choice(name, label, options) {
    const select = el("select", { "aria-label": label, onchange: () => this.#set(name, select.value) },
      el("option", { value: "" }, label), options.map((option) => el("option", { value: option }, option)))
    select.value = this.query[name] ?? ""
    return select
  }

  #field(name, label, placeholder) {
    let timer = null
    const isSearch = name === "search"
    const entry = el("input", {
      type: "search", "aria-label": label, placeholder: placeholder ?? label, "data-search": isSearch, value: this.query[name],
      oninput: () => {
        clearTimeout(timer)
        timer = setTimeout(() => this.#set(name, entry.value.trim()), 200)
      },
    })
    return entry
  }

  async #set(name, value) {
    this.query[name] = value
    setQuery(this.query)
    this.#pages.clear()
    await this.read().catch((error) => this.failed?.(error))
  }

  /** Reads the newest anew. */
  async read() {
    this.#reading?.abort()
    const reading = new AbortController()
    this.#reading = reading
    const limit = Math.min(mostReread, Math.max(pageSize, this.#pages.size))
    const answer = await get(this.path, { ...this.query, limit }, reading.signal)
    const older = [...this.#pages.values()].filter((row) => row.id < (answer[this.member].at(-1)?.id ?? Infinity))
    const keepsOlder = this.#pages.size > limit && answer.next !== null
    this.#pages = new Map([...answer[this.member], ...(keepsOlder ? older : [])].map((row) => [row.id, row]))
    if (!keepsOlder) this.#next = answer.next
    this.#show()
  }

  async readMore() {
    const answer = await get(this.path, { ...this.query, limit: pageSize, before: this.#next })
    for (const row of answer[this.member]) this.#pages.set(row.id, row)
    this.#next = answer.next
    this.#show()
  }

  #show() {
    this.more.hidden = this.#next === null || this.#next === undefined
    this.rows.set([...this.#pages.values()])
  }

  close() {
    this.#reading?.abort()
  }
}
