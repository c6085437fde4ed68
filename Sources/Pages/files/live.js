// Tells of changes: one stream of events for the whole page, with a fallback when it breaks.

import { watchSight } from "./sight.js"

const events = "/v1/events"
const quietest = 400 // ms between two readings of a view, at least
const longestPause = 15_000 // ms between two tries to connect

/** Calls `changed()` after events, never more often than a view can be read, and `told(state)`: live, connecting, lost. */
export class Live {
  #source = null
  #timer = null
  #retry = null
  #pause = 1000
  #last = 0
  #isReading = false
  #isStale = false

  constructor(changed, told) {
    this.changed = changed
    this.told = told
    watchSight((isSeen) => (isSeen ? this.start() : this.#rest()))
  }

  start() {
    this.#rest()
    this.told("connecting")
    if (document.hidden) return
    const source = new EventSource(events)
    this.#source = source
    source.onopen = () => {
      this.#pause = 1000
      this.told("live")
      this.soon() // what happened while nobody listened
    }
    for (const kind of ["message", "change", "job", "run", "queue", "runner"]) source.addEventListener(kind, () => this.soon())
    source.onerror = () => this.#broken(source)
  }

  /** Until somebody looks again. */
  #rest() {
    clearTimeout(this.#retry)
    this.#source?.close()
    this.#source = null
  }

  /** The browser connects again by itself, unless the server refused; then we do, and read by hand meanwhile. */
  #broken(source) {
    if (source !== this.#source) return
    this.told("lost")
    if (source.readyState !== EventSource.CLOSED) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.start(), this.#pause)
    this.#pause = Math.min(this.#pause * 2, longestPause)
    this.soon()
  }

  /** Reads the view anew, as soon as it may. */
  soon() {
    if (document.hidden || this.#timer !== null) return
    if (this.#isReading) {
      this.#isStale = true // what is being read may be older than this
      return
    }
    this.#timer = setTimeout(() => this.#read(), Math.max(0, this.#last + quietest - performance.now()))
  }

  async #read() {
    this.#timer = null
    this.#isReading = true
    try {
      await this.changed()
    } finally {
      this.#isReading = false
      this.#last = performance.now()
      if (this.#isStale) {
        this.#isStale = false
        this.soon()
      }
    }
  }
}
