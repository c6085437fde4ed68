// The bytes of an attempt's log, by range: however long it is, only what is looked at is fetched.

import { fetchRange } from "./api.js"

const mostAtOnce = 64 * 1024 // bytes that are told at once

export class LogSource {
  /** `path`: of the log, with its query. */
  constructor(path) {
    this.path = path
    this.total = 0
  }

  /** The bytes from `from` to before `to`, fewer at the end; learns how long the log is. */
  async read(from, to, signal) {
    // With the byte before, so that there is something to be had also at the end of the log.
    const first = Math.max(0, from - 1)
    const response = await fetchRange(this.path, first, Math.max(first, to - 1), signal)
    const bytes = new Uint8Array(await response.arrayBuffer())
    if (response.status === 206) {
      this.total = Number(response.headers.get("Content-Range")?.split("/")[1]) || first + bytes.length
      return bytes.subarray(from - first)
    }
    this.total = bytes.length // the server sent all of it
    return bytes.subarray(Math.min(from, bytes.length), Math.min(to, bytes.length))
  }

  /** Tells the bytes from `from` on as they come, after `begun()`; resolves when there will be no more, throws when it breaks. */
  async follow(from, begun, take, signal) {
    const response = await fetchRange(`${this.path}&follow=true`, from, null, signal)
    begun()
    const reader = response.body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      for (let at = 0; at < value.length; at += mostAtOnce) take(value.subarray(at, at + mostAtOnce))
    }
  }
}

const lineFeed = 10

/** The index after the last line feed, or, in one endless line, after the last whole character; 0 when all may go on. */
export function lastCut(bytes, isFull) {
  const line = bytes.lastIndexOf(lineFeed)
  if (line >= 0) return line + 1
  return isFull ? wholeCharacters(bytes) : 0
}

/** The index after the first line feed, or of the first whole character in one endless line. */
export function firstCut(bytes) {
  const line = bytes.indexOf(lineFeed)
  if (line >= 0 && line + 1 < bytes.length) return line + 1
  let index = 0
  while (index < Math.min(3, bytes.length) && (bytes[index] & 0xc0) === 0x80) index += 1
  return index
}

function wholeCharacters(bytes) {
  let start = bytes.length - 1
  while (start > 0 && bytes.length - start < 4 && (bytes[start] & 0xc0) === 0x80) start -= 1
  const lead = bytes[start]
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return bytes.length - start < size && start > 0 ? start : bytes.length
}
