// Requests to the server's own API. Nothing here asks another host.

import { signIn } from "./session.js"

/** What the server, or the way to it, answered instead of data. */
class Refusal extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/** GET; `query`: names and values, empty ones left out. */
export async function get(path, query, signal) {
  const response = await ask(path + search(query), { signal })
  return await response.json()
}

/** POST of JSON. A repeated click starts nothing twice: each call has a key of its own, kept over its retry. */
export async function post(path, body = {}, headers = {}) {
  const response = await ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return text === "" ? null : JSON.parse(text)
}

/** Some bytes of what is there. */
export async function fetchRange(path, from, to, signal) {
  const range = `bytes=${from}-${to === null ? "" : to}`
  return await ask(path, { signal, headers: { Range: range } })
}

export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")
}

export function search(query) {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") pairs.set(name, value)
  }
  const text = pairs.toString()
  return text === "" ? "" : `?${text}`
}

async function ask(path, options, isSecondTry = false) {
  let response
  try {
    response = await fetch(path, { cache: "no-store", ...options })
  } catch (error) {
    if (error.name === "AbortError") throw error
    throw new Refusal(0, "the server does not answer")
  }
  if (response.ok) return response
  if (response.status === 401 && !isSecondTry && await signIn()) return ask(path, options, true)
  throw await refusal(response)
}

/** Problem details (RFC 9457) as a sentence. */
async function refusal(response) {
  try {
    const problem = await response.json()
    return new Refusal(response.status, problem.detail || problem.message || problem.title || `status ${response.status}`)
  } catch {
    return new Refusal(response.status, `the server answered ${response.status}`)
  }
}
