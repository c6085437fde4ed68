// Times that go by: "3 m ago", and the elapsed time of what runs.

import { el, setText } from "./dom.js"
import { ago, duration, moment } from "./text.js"

/** A moment as how long ago it was. */
export function when(value) {
  const at = moment(value)
  if (at === null) return null
  const time = el("time", { datetime: new Date(at).toISOString(), title: new Date(at).toLocaleString() })
  time.textContent = ago(at)
  return time
}

/** A length that grows while `since` is set; else `ms`. */
export function setElapsed(element, ms, since) {
  if (since === null || since === undefined) {
    element.removeAttribute("data-since")
    setText(element, duration(ms))
  } else {
    element.setAttribute("data-since", String(moment(since)))
    setText(element, duration(Math.max(0, Date.now() - moment(since))))
  }
  return element
}

function tick() {
  if (document.hidden) return
  const now = Date.now()
  for (const element of document.querySelectorAll("time[datetime]")) setText(element, ago(Date.parse(element.dateTime), now))
  for (const element of document.querySelectorAll("[data-since]")) {
    setText(element, duration(Math.max(0, now - Number(element.dataset.since))))
  }
}

setInterval(tick, 1000)
