// What a program wrote to its terminal: its colours become classes, everything else that commands a terminal is taken out
// or shown. The result is text nodes in spans.

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
// Control sequences (CSI), titles and links (OSC, DCS and the like, to their end or the line's), and other escapes.
const escapes = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?/g
// Controls but for tab and line feed, and marks that turn the direction of text.
const hidden = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

export const plain = Object.freeze({ classes: "", foreground: null, background: null })

/** `text` as a fragment, and the style that goes on after it. `style`: what went before. */
export function render(text, style = plain) {
  const fragment = document.createDocumentFragment()
  let from = 0
  for (const match of text.matchAll(escapes)) {
    append(fragment, text.slice(from, match.index), style)
    from = match.index + match[0].length
    if (match[2] === "m") style = restyle(style, match[1])
  }
  append(fragment, text.slice(from), style)
  return { fragment, style }
}

function append(fragment, text, style) {
  if (text === "") return
  const shown = overwrite(text).replace(hidden, visible)
  if (style === plain) {
    fragment.append(shown)
    return
  }
  const span = document.createElement("span")
  if (style.classes) span.className = style.classes
  // Set on the object, which the policy allows, not as an attribute.
  if (style.foreground) span.style.color = style.foreground
  if (style.background) span.style.backgroundColor = style.background
  span.textContent = shown
  fragment.append(span)
}

/** A progress bar writes its line again and again after a carriage return: the last counts. */
function overwrite(text) {
  return text.includes("\r") ? text.replace(/\r+\n/g, "\n").replace(/[^\n]*\r(?=[^\n])/g, "").replace(/\r/g, "") : text
}

function visible(character) {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? "\u2421" : `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`
}

function restyle(style, parameters) {
  const codes = parameters === "" ? [0] : parameters.split(/[;:]/).map(Number)
  const classes = new Set(style.classes.split(" ").filter((name) => name))
  let { foreground, background } = style
  const drop = (start) => [...classes].filter((name) => name.startsWith(start)).forEach((name) => classes.delete(name))
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at]
    if (code === 0) { classes.clear(); foreground = null; background = null }
    else if (code === 1) classes.add("a-bold")
    else if (code === 2) classes.add("a-dim")
    else if (code === 3) classes.add("a-italic")
    else if (code === 4) classes.add("a-underline")
    else if (code === 7) classes.add("a-reverse")
    else if (code === 9) classes.add("a-strike")
    else if (code === 22) { classes.delete("a-bold"); classes.delete("a-dim") }
    else if (code === 23) classes.delete("a-italic")
    else if (code === 24) classes.delete("a-underline")
    else if (code === 27) classes.delete("a-reverse")
    else if (code === 29) classes.delete("a-strike")
    else if (code === 38 || code === 48) {
      const [colour, used] = wide(codes.slice(at + 1))
      at += used
      drop(code === 38 ? "f-" : "b-")
      if (code === 38) foreground = colour
      else background = colour
    } else if (code === 39) { drop("f-"); foreground = null }
    else if (code === 49) { drop("b-"); background = null }
    else {
      const name = colourName(code)
      if (name) {
        drop(name.slice(0, 2))
        if (name.startsWith("f-")) foreground = null
        else background = null
        classes.add(name)
      }
    }
  }
  const text = [...classes].join(" ")
  return text === "" && !foreground && !background ? plain : { classes: text, foreground, background }
}

function colourName(code) {
  const tens = Math.floor(code / 10)
  const name = names[code % 10]
  if (!name) return null
  return { 3: `f-${name}`, 4: `b-${name}`, 9: `f-bright-${name}`, 10: `b-bright-${name}` }[tens] ?? null
}

/** A colour of the 256, or of red, green and blue, and how many codes it took. */
function wide(codes) {
  const byte = (value) => Math.max(0, Math.min(255, value | 0))
  if (codes[0] === 2) return [`rgb(${byte(codes[1])} ${byte(codes[2])} ${byte(codes[3])})`, 4]
  if (codes[0] !== 5) return [null, 1]
  const index = byte(codes[1])
  if (index < 16) return [`var(--ansi-${index < 8 ? "" : "bright-"}${names[index % 8]})`, 2]
  if (index >= 232) return [`rgb(${Array(3).fill(8 + (index - 232) * 10).join(" ")})`, 2]
  const level = (part) => (part === 0 ? 0 : 55 + part * 40)
  const cube = index - 16
  return [`rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`, 2]
}
