// The end of a log while it grows: one request, which the server answers for as long as the job runs. It begins anew where it
// broke, after ever longer pauses, and rests while nobody looks.

import { watchSight } from "./sight.js"

const shortestPause = 500 // ms between two tries
const longestPause = 15_000
const mostWaiting = 256 * 1024 // bytes between two pictures of the screen; of more only the last are shown

export class LogTail {
  #isWanted = false
  #request = null
  #waiting = [] // pieces that came since the last picture, without gaps
  #size = 0
  #next = 0 // the offset after them
  #frame = null

  /**
   * `begin()` resolves to the offset to go on from; `take(bytes, offset)` shows what came, once a picture at most, and
   * `offset` leaps where too much came for anybody to read; `ended()` is called when the server says that it was all;
   * `told(state)`: live, lost, or resting.
   */
  constructor(source, { begin, take, ended, told }) {
    Object.assign(this, { source, begin, take, ended, told })
    this.unwatch = watchSight(() => this.#settle())
  }

  get isFollowing() {
    return this.#request !== null
  }

  /** Whether to follow; what came and is not shown yet is dropped when not, and comes again later. */
  want(isWanted) {
    this.#isWanted = isWanted
    this.#settle()
  }

  close() {
    this.unwatch()
    this.want(false)
  }

  #settle() {
    const isDue = this.#isWanted && !document.hidden
    if (isDue === this.isFollowing) return
    if (isDue) {
      this.#request = new AbortController()
      this.#follow(this.#request.signal)
    } else {
      this.#request.abort()
      this.#request = null
      this.#drop()
      this.told("resting")
    }
  }

  async #follow(signal) {
    let pause = shortestPause
    while (!signal.aborted) {
      const since = performance.now()
      try {
        await this.#read(signal)
        if (!signal.aborted) this.ended()
      } catch (error) {
        if (error.status === 404) return // gone: the view says so
      }
      if (!signal.aborted) this.told("lost")
      if (performance.now() - since > longestPause) pause = shortestPause
      await rest(pause, signal)
      pause = Math.min(pause * 2, longestPause)
    }
  }

  async #read(signal) {
    const start = await this.begin()
    if (signal.aborted) return
    this.#drop()
    this.#next = start
    try {
      const begun = () => this.told("live")
      await this.source.follow(start, begun, (bytes) => signal.aborted || this.#arrived(bytes), signal)
    } finally {
      if (!signal.aborted) this.#show()
    }
  }

  #arrived(bytes) {
    this.#waiting.push(bytes)
    this.#size += bytes.length
    this.#next += bytes.length
    while (this.#size - this.#waiting[0].length > mostWaiting) this.#size -= this.#waiting.shift().length
    this.#frame ??= requestAnimationFrame(() => this.#show())
  }

  #show() {
    const bytes = join(this.#waiting, this.#size)
    this.#drop()
    if (bytes.length > 0) this.take(bytes, this.#next - bytes.length)
  }

  #drop() {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame)
    this.#frame = null
    this.#waiting = []
    this.#size = 0
  }
}

function join(pieces, size) {
  const all = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

/** Resolves after `ms`, or when `signal` is aborted. */
function rest(ms, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener("abort", () => {
      clearTimeout(timer)
      done()
    }, { once: true })
  })
}
