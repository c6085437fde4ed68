// Tables whose rows stay while their cells change.

import { el, reconcile, replaceKept, setText } from "./dom.js"

/**
 * `columns`: `{title, kind, cell(row, old)}`; `cell` gives a text, an element or null. `kind` is a class: `number`; `rank2` and
 * `rank3` are left out where there is little room.
 */
export class Rows {
  constructor(columns, { key = (row) => row.id, label, empty = "Nothing here." } = {}) {
    this.columns = columns
    this.key = key
    this.body = el("tbody")
    this.table = el("table", { "aria-label": label },
      el("thead", null, el("tr", null, columns.map(({ title, kind }) => el("th", { scope: "col", class: kind }, title)))), this.body)
    this.nothing = el("p", { class: "empty", hidden: true }, empty)
    this.element = el("div", { class: "rows" }, this.table, this.nothing)
  }

  set(rows) {
    this.nothing.hidden = rows.length > 0
    this.table.hidden = rows.length === 0
    reconcile(this.body, rows, this.key, () => this.#row(), (element, row) => this.#update(element, row))
  }

  #row() {
    return el("tr", null, this.columns.map(({ title, kind }) => el("td", { class: kind, "data-title": title })))
  }

  #update(element, row) {
    this.columns.forEach((column, index) => {
      const cell = element.children[index]
      const old = cell.firstElementChild
      const content = column.cell(row, old)
      if (content === old && old !== null) return
      if (content === null || content === undefined || typeof content !== "object") setText(cell, content)
      else if (!old || !old.isEqualNode(content)) replaceKept(cell, content)
    })
  }
}

/** The cell that leads to what the row is about: a link, so that Tab, Enter and a middle click do what they do. */
export function rowLink(href, text, old) {
  const link = old ?? el("a", { "data-row": true })
  if (link.getAttribute("href") !== href) link.setAttribute("href", href)
  setText(link, text)
  if (link.title !== text) link.title = text
  return link
}
