// Names and values, those that there are.

import { el, reconcile, setText } from "./dom.js"

/** `pairs`: `[name, text or null]`, and a class of the text where it has one. */
export function facts(list, pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
  reconcile(list, known, ([name]) => name,
    ([name, , kind]) => el("div", null, el("dt", null, name), el("dd", { class: kind })),
    (element, [, value]) => setText(element.lastChild, value))
}
