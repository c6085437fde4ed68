// A window onto a log: some blocks of it are in the page, those around what is looked at. Blocks end where lines end.

import { plain, render } from "./ansi.js"
import { el, setText } from "./dom.js"
import { LogSource, firstCut, lastCut } from "./log-source.js"
import { LogTail } from "./log-tail.js"
import { complain } from "./messages.js"
import { bytes as bytesText } from "./text.js"

const blockSize = 64 * 1024
const mostBlocks = 12
const edge = 600 // px from the end of what is loaded, where more is loaded
const mostBehind = 4 * blockSize // bytes that are caught up with; beyond them the window begins anew at the end

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

export class LogWindow {
  #blocks = [] // {start, end, element, style}: in order, without gaps
  #rest = new Uint8Array(0) // after the last line feed, while the log may grow
  #busy = Promise.resolve()
  #isClosed = false
  #isOpen = false // more may come

  /** `ended()` is called when the server says that the log will not grow any more. */
  constructor(path, ended) {
    this.source = new LogSource(path)
    this.stream = new LogTail(this.source, {
      begin: () => this.#catchUp(), take: (bytes, offset) => this.#take(bytes, offset), ended,
      told: (state) => { this.element.dataset.tail = state },
    })
    this.tail = el("pre", { class: "block" })
    this.blocks = el("div")
    this.view = el("div", { class: "log", tabindex: 0, role: "region", "aria-label": "Log" }, this.blocks, this.tail)
    this.size = el("span", { class: "note" })
    this.follow = el("input", { type: "checkbox", checked: true, onchange: () => (this.follow.checked ? this.toEnd() : this.#stream()) })
    this.wrap = el("input", {
      type: "checkbox", checked: true, onchange: () => this.view.classList.toggle("is-unwrapped", !this.wrap.checked),
    })
    this.place = el("input", {
      type: "range", min: 0, max: 1000, value: 1000, class: "place", "aria-label": "Place in the log", hidden: true,
      onchange: () => this.jump(Number(this.place.value) / 1000),
    })
    this.element = el("div", { class: "log-window" },
      el("div", { class: "tools" },
        el("button", { type: "button", class: "quiet", onclick: () => this.jump(0) }, "Start"),
        el("button", { type: "button", class: "quiet", onclick: () => this.toEnd() }, "End"),
        this.place,
        el("label", { class: "following" }, this.follow, "follow"), el("label", null, this.wrap, "wrap"), this.size),
      this.view)
    this.view.addEventListener("scroll", () => this.#scrolled(), { passive: true })
    this.view.addEventListener("keydown", (event) => this.#key(event))
  }

  /** Shows the log's end, or what is new of it. `isOpen`: the job runs, so that more comes, and is shown as it comes. */
  async grow(isOpen) {
    this.#isOpen = isOpen
    this.#stream()
    if (!this.stream.isFollowing) await this.#told(() => this.#readNews())
  }

  async #readNews() {
    const isFollowed = this.follow.checked
    if (isFollowed && !this.#isEmpty) await this.#readOn()
    if (this.#isEmpty || (isFollowed && this.#end < this.source.total)) await this.#start(null)
    if (isFollowed) this.#scrollDown()
  }

  /** The log's growth is asked for only where it is looked at. */
  #stream() {
    this.stream.want(this.#isOpen && this.follow.checked && !this.#isClosed)
  }

  /** Where to go on from. After a long absence that is near the end. */
  #catchUp() {
    return this.#exclusively(async () => {
      if (!this.#isEmpty) await this.source.read(0, 1) // how long is it?
      if (this.#isEmpty || this.source.total - this.#end > mostBehind) await this.#start(null)
      this.#scrollDown()
      return this.#end
    })
  }

  #take(bytes, offset) {
    this.#told(async () => {
      if (!this.stream.isFollowing) return // somebody went elsewhere, and what is loaded has no such end any more
      const skipped = offset === this.#end ? 0 : firstCut(bytes)
      if (offset !== this.#end) this.#clear(offset + skipped)
      for (let at = skipped; at < bytes.length; at += blockSize) this.#add(bytes.subarray(at, at + blockSize))
      while (this.#blocks.length > mostBlocks) this.#dropFirst()
      this.source.total = Math.max(this.source.total, this.#end)
      this.#settle()
      if (this.follow.checked) this.#scrollDown()
    })
  }

  async toEnd() {
    this.follow.checked = true
    await this.grow(this.#isOpen)
    await this.#told(() => this.#scrollDown())
  }

  /** To a share of the log, from 0 to 1. */
  async jump(share) {
    if (share >= 1) return await this.toEnd()
    this.follow.checked = false
    this.#stream()
    await this.#told(async () => {
      await this.#start(Math.floor(share * this.source.total))
      this.view.scrollTop = 0
    })
  }

  close() {
    this.#isClosed = true
    this.stream.close()
  }

  get #isEmpty() {
    return this.#blocks.length === 0 && this.#rest.length === 0
  }

  /** What is loaded ends before this offset. */
  get #end() {
    return (this.#blocks.at(-1)?.end ?? this.#origin) + this.#rest.length
  }

  #origin = 0

  /** Throws all away and begins at an offset; null: so that the end is seen. */
  async #start(offset) {
    if (offset === null) {
      await this.source.read(0, 1) // how long is it?
      offset = Math.max(0, this.source.total - blockSize)
    }
    const read = await this.source.read(offset, offset + blockSize)
    const skipped = offset === 0 ? 0 : firstCut(read)
    this.#clear(offset + skipped)
    this.#add(read.subarray(skipped))
    this.#settle()
  }

  #clear(origin) {
    this.#origin = origin
    this.#blocks = []
    this.#rest = new Uint8Array(0)
    this.blocks.replaceChildren()
    setText(this.tail, "")
  }

  async #readOn() {
    const read = await this.source.read(this.#end, this.#end + blockSize)
    if (read.length > 0) this.#add(read)
    while (this.#blocks.length > mostBlocks) this.#dropFirst()
    this.#settle()
  }

  #add(read) {
    const all = new Uint8Array(this.#rest.length + read.length)
    all.set(this.#rest)
    all.set(read, this.#rest.length)
    const cut = lastCut(all, all.length >= blockSize)
    const before = this.#blocks.at(-1)
    const start = before?.end ?? this.#origin
    let style = before?.style ?? plain
    if (cut > 0) {
      const rendered = render(decoder.decode(all.subarray(0, cut)), style)
      style = rendered.style
      this.#append(rendered.fragment, { start, end: start + cut, style })
    }
    this.#rest = all.slice(cut)
    this.tail.replaceChildren(render(decoder.decode(this.#rest), style).fragment)
  }

  /** Adds lines to the last block, or as a block of their own where it is full. */
  #append(fragment, { start, end, style }) {
    const last = this.#blocks.at(-1)
    if (last && end - last.start <= blockSize) {
      last.element.append(fragment)
      Object.assign(last, { end, style })
      return
    }
    const element = el("pre", { class: "block" })
    element.append(fragment)
    this.blocks.append(element)
    this.#blocks.push({ start, end, element, style })
  }

  async #readBack() {
    const first = this.#blocks[0]?.start ?? this.#origin
    if (first === 0) return
    const from = Math.max(0, first - blockSize)
    const read = await this.source.read(from, first)
    const skipped = from === 0 ? 0 : firstCut(read)
    const element = el("pre", { class: "block" })
    const { fragment, style } = render(decoder.decode(read.subarray(skipped)), plain)
    element.append(fragment)
    const height = this.view.scrollHeight
    this.blocks.prepend(element)
    this.#blocks.unshift({ start: from + skipped, end: first, element, style })
    this.#origin = from + skipped
    this.view.scrollTop += this.view.scrollHeight - height
    while (this.#blocks.length > mostBlocks) this.#dropLast()
    this.#settle()
  }

  #dropFirst() {
    const height = this.view.scrollHeight
    this.#blocks.shift().element.remove()
    this.#origin = this.#blocks[0].start
    this.view.scrollTop -= height - this.view.scrollHeight
  }

  #dropLast() {
    this.#blocks.pop().element.remove()
    this.#rest = new Uint8Array(0)
    setText(this.tail, "")
  }

  #settle() {
    const { total } = this.source
    const start = this.#blocks[0]?.start ?? this.#origin
    setText(this.size, total === 0 ? "nothing printed yet" : bytesText(total))
    this.place.hidden = start === 0 && this.#end >= total
    if (document.activeElement !== this.place) {
      this.place.value = this.#end >= total ? 1000 : Math.round((1000 * start) / total)
    }
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.view
    const below = scrollHeight - clientHeight - scrollTop
    if (scrollTop < this.#lastTop && below > 40) this.#followIf(false) // somebody scrolled up
    else if (scrollTop > this.#lastTop && below < 4 && this.#end >= this.source.total) this.#followIf(true) // and down again
    this.#lastTop = scrollTop
    if (scrollTop < edge && (this.#blocks[0]?.start ?? this.#origin) > 0) this.#once(() => this.#readBack())
    else if (below < edge && (this.#end < this.source.total || this.#grows)) this.#once(() => this.#readOn())
  }

  /** Whether there may be more than was known when it was read last. */
  get #grows() {
    return this.#isOpen && !this.follow.checked
  }

  #followIf(isFollowed) {
    if (this.follow.checked === isFollowed) return
    this.follow.checked = isFollowed
    this.#stream()
  }

  #isReading = false
  #lastTop = 0

  #once(work) {
    if (this.#isReading) return
    this.#isReading = true
    this.#told(work).finally(() => { this.#isReading = false })
  }

  #key(event) {
    const shares = { Home: 0, g: 0, End: 1, G: 1 }
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in shares)) return
    event.preventDefault()
    event.stopPropagation()
    this.jump(shares[event.key])
  }

  #scrollDown() {
    this.view.scrollTop = this.view.scrollHeight
    this.follow.checked = true
  }

  /** One piece of work after the other, so that what is loaded stays without gaps. */
  #exclusively(work) {
    const turn = this.#busy.then(() => (this.#isClosed ? null : work()))
    this.#busy = turn.catch(() => {})
    return turn
  }

  /** The same, and says what went wrong. */
  #told(work) {
    return this.#exclusively(work).catch(complain)
  }
}
