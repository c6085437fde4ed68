// Short notices at the edge of the page, questions before what cannot be undone.

import { el } from "./dom.js"

const shownFor = 6000 // ms

export function say(text, kind = "note") {
  const notice = el("div", { class: `notice is-${kind}` }, text)
  notice.append(el("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: () => notice.remove() }, "×"))
  document.getElementById("messages").append(notice)
  setTimeout(() => notice.remove(), shownFor)
}

export function complain(error) {
  if (error?.name === "AbortError") return
  say(error?.message ?? String(error), "fault")
}

/** Asks; resolves to the entered text (empty without a field), or null when it was called off. */
export function ask(question, { action, field, isDangerous = false, isSecret = false } = {}) {
  return new Promise((resolve) => {
    const entry = field ? el("input", { type: isSecret ? "password" : "text", "aria-label": field, placeholder: field }) : null
    const dialog = el("dialog", { class: "question", "aria-label": question },
      el("form", { method: "dialog" },
        el("p", null, question),
        entry,
        el("div", { class: "buttons" },
          el("button", { type: "submit", value: "no", formnovalidate: true }, "Back"),
          el("button", { type: "submit", value: "yes", class: isDangerous ? "danger" : "primary" }, action))))
    dialog.addEventListener("close", () => {
      dialog.remove()
      resolve(dialog.returnValue === "yes" ? entry?.value ?? "" : null)
    })
    // Enter in the field means yes, though "Back" is the first button.
    entry?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return
      event.preventDefault()
      dialog.close("yes")
    })
    document.body.append(dialog)
    dialog.showModal()
    ;(entry ?? dialog.querySelector("button[value=yes]")).focus()
  })
}

/** A button that does something and says what went wrong. */
export function actionButton(text, work, kind = "") {
  const button = el("button", { type: "button", class: kind }, text)
  button.addEventListener("click", async () => {
    button.disabled = true
    try {
      await work()
    } catch (error) {
      complain(error)
    } finally {
      button.disabled = false
    }
  })
  return button
}
