// A form made from the inputs of a workflow.

import { el } from "./dom.js"

export class InputForm {
  #fields = []

  /** `inputs`: `{name, type, required, default, description, enum}`; `start(values)` is called with what was entered. */
  constructor(inputs, start) {
    this.#fields = inputs.map((input) => ({ input, entry: entryFor(input) }))
    this.fault = el("p", { class: "fault", role: "alert", hidden: true })
    this.button = el("button", { type: "submit", class: "primary" }, "Start")
    this.element = el("form", { class: "inputs", novalidate: true },
      this.#fields.map(({ input, entry }) => field(input, entry)), this.fault, el("div", { class: "buttons" }, this.button))
    this.element.addEventListener("submit", (event) => {
      event.preventDefault()
      this.#submit(start)
    })
  }

  async #submit(start) {
    if (this.button.getAttribute("aria-disabled") === "true") return
    this.fault.hidden = true
    this.button.setAttribute("aria-disabled", "true")
    try {
      await start(this.#values())
    } catch (error) {
      this.fault.textContent = error.message
      this.fault.hidden = false
      error.entry?.focus()
    } finally {
      this.button.removeAttribute("aria-disabled")
    }
  }

  /** What was left empty is left out: the workflow's default counts. */
  #values() {
    const values = {}
    for (const { input, entry } of this.#fields) {
      const value = read(input, entry)
      if (value === undefined && input.required && input.default === undefined) throw fault(entry, `${input.name} is needed`)
      if (value !== undefined) values[input.name] = value
    }
    return values
  }
}

function field(input, entry) {
  const id = `input-${input.name}`
  entry.id = id
  entry.setAttribute("aria-describedby", `${id}-about`)
  const about = [input.type === "any" ? null : input.type, input.required ? "needed" : null].filter((text) => text).join(", ")
  return el("div", { class: `field${input.type === "boolean" ? " is-check" : ""}` },
    el("label", { for: id }, input.name, " ", el("span", { class: "note" }, about)), entry,
    el("p", { class: "note", id: `${id}-about` }, input.description ?? ""))
}

function entryFor(input) {
  const known = input.default === undefined || input.default === null ? null : input.default
  if (input.enum?.length) {
    const select = el("select", null, input.required || known !== null ? null : el("option", { value: "" }, ""),
      input.enum.map((choice, index) => el("option", { value: index }, textOf(choice))))
    const at = input.enum.findIndex((choice) => JSON.stringify(choice) === JSON.stringify(known))
    if (at >= 0) select.value = String(at)
    return select
  }
  if (input.type === "boolean") return el("input", { type: "checkbox", checked: known === true })
  if (input.type === "number" || input.type === "integer") {
    return el("input", { type: "text", inputmode: input.type === "integer" ? "numeric" : "decimal", value: known, autocomplete: "off" })
  }
  const text = known === null ? "" : textOf(known)
  if (input.type === "string" && !text.includes("\n")) return el("input", { type: "text", value: text, autocomplete: "off" })
  return el("textarea", { rows: Math.min(12, Math.max(2, text.split("\n").length)), spellcheck: "false" }, text)
}

function textOf(value) {
  return typeof value === "string" ? value : JSON.stringify(value)
}

function read(input, entry) {
  if (input.enum?.length) return entry.value === "" ? undefined : input.enum[Number(entry.value)]
  if (input.type === "boolean") return entry.checked
  const text = entry.value
  if (input.type === "string") return text === "" ? undefined : text
  if (text.trim() === "") return undefined
  if (input.type === "number" || input.type === "integer") {
    const number = Number(text)
    if (!Number.isFinite(number) || (input.type === "integer" && !Number.isInteger(number))) {
      throw fault(entry, `${input.name}: ${text} is not ${input.type === "integer" ? "a whole number" : "a number"}`)
    }
    return number
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    if (input.type === "any") return text
    throw fault(entry, `${input.name}: write JSON (${error.message})`)
  }
}

function fault(entry, message) {
  return Object.assign(new Error(message), { entry })
}
