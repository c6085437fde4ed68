// Requests to the server's own API. Nothing here asks another host.

/** What the server, or the way to it, answered instead of data. */
export class Refusal extends Error {
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

/** The answer itself, for logs. 206 and 416 are answers. */
export async function fetchRange(path, from, to, signal) {
  const range = `bytes=${from}-${to === null ? "" : to}`
  const response = await fetch(path, { signal, headers: { Range: range }, cache: "no-store" })
  if (response.ok || response.status === 416) return response
  throw await refusal(response)
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

async function ask(path, options) {
  let response
  try {
    response = await fetch(path, { cache: "no-store", ...options })
  } catch (error) {
    if (error.name === "AbortError") throw error
    throw new Refusal(0, "the server does not answer")
  }
  if (!response.ok) throw await refusal(response)
  return response
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
