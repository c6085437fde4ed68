// Elements are made here and nowhere from text as HTML: what jobs are called and what they print is shown, never run.

const SVG = "http://www.w3.org/2000/svg"

/** An HTML element. `attributes`: names and values; functions listen (`onclick`); null and false leave the attribute out. */
export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children)
}

/** The same for SVG. */
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children)
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue
    if (typeof value === "function") element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? "" : value)
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/** Sets a text, only when it differs: what is selected stays selected. */
export function setText(element, text) {
  const value = text === null || text === undefined ? "" : String(text)
  if (element.textContent !== value) element.textContent = value
}

export function setClass(element, name) {
  if (element.getAttribute("class") !== name) element.setAttribute("class", name)
}

/** Other children in the place of these; where the keyboard was among them, it goes on from the first button. */
export function replaceKept(parent, ...children) {
  const hadFocus = parent.contains(document.activeElement)
  parent.replaceChildren(...children)
  if (hadFocus) (parent.querySelector("button") ?? document.getElementById("main")).focus({ preventScroll: true })
}

/** Makes the children of `parent` those of `items`, in order; elements of items that stay are kept, with their focus. */
export function reconcile(parent, items, key, make, update) {
  const known = parent.byKey ?? new Map()
  const next = new Map()
  let place = parent.firstChild
  for (const item of items) {
    const id = String(key(item))
    if (next.has(id)) continue
    const element = known.get(id) ?? make(item)
    next.set(id, element)
    update?.(element, item)
    if (element === place) place = place.nextSibling
    else parent.insertBefore(element, place)
  }
  while (place) {
    const after = place.nextSibling
    place.remove()
    place = after
  }
  parent.byKey = next
}
