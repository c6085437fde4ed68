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
    // The only button that submits: Enter in the field means it.
    const yes = el("button", { type: "submit", value: "yes", class: isDangerous ? "danger" : "primary" }, action)
    const back = el("button", { type: "button", onclick: () => dialog.close() }, "Back")
    const dialog = el("dialog", { class: "question", "aria-label": question },
      el("form", { method: "dialog" }, el("p", null, question), entry, el("div", { class: "buttons" }, back, yes)))
    // What cannot be undone takes more than an Enter that was pressed too often.
    show(dialog, entry ?? (isDangerous ? back : yes), () => resolve(dialog.returnValue === "yes" ? entry?.value ?? "" : null))
  })
}

/** Shows a dialog until it is closed, with Escape too, and leads back to where the keyboard was. */
export function show(dialog, first, closed) {
  const opener = document.activeElement
  dialog.addEventListener("close", () => {
    dialog.remove()
    focusAgain(opener)
    closed?.()
  })
  document.body.append(dialog)
  dialog.showModal()
  first.focus()
}

/** To an element, or where it is gone to the content, so that the next Tab does not begin at the top of the page. */
export function focusAgain(element) {
  if (document.querySelector("dialog[open]")) return
  const isThere = element?.isConnected && element !== document.body && !element.disabled
  ;(isThere ? element : document.getElementById("main")).focus({ preventScroll: true })
}

/** A button that does something and says what went wrong. It keeps the keyboard's place, and does one thing at a time. */
export function actionButton(text, work, kind = "") {
  const button = el("button", { type: "button", class: kind }, text)
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return
    button.setAttribute("aria-disabled", "true")
    try {
      await work()
    } catch (error) {
      complain(error)
    } finally {
      button.removeAttribute("aria-disabled")
    }
  })
  return button
}
