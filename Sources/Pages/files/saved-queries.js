// Queries that this browser keeps, after some that every Weir can answer.

const storage = "weir.queries"
const draftStorage = "weir.query"

const given = [
  ["Slowest jobs", `SELECT id, command, duration_ms
FROM job_history
ORDER BY duration_ms DESC
LIMIT 10`],
  ["Failures by exit code and hour", `SELECT substr(finished_at, 1, 13) AS hour, exit_code, count(*) AS failures
FROM attempt_history
WHERE state = 'failed'
GROUP BY hour, exit_code
ORDER BY hour DESC`],
  ["Runs of late", `SELECT id, workflow, state, started_at, duration_ms, speedup, efficiency
FROM run_history
ORDER BY id DESC
LIMIT 50`],
  ["Pools", `SELECT pool, capacity, used, waiting
FROM pool_usage`],
]

export class SavedQueries {
  get all() {
    return [...given.map(([name, text]) => ({ name, text, isOwn: false })), ...this.#own.map((query) => ({ ...query, isOwn: true }))]
  }

  get #own() {
    try {
      const read = JSON.parse(localStorage.getItem(storage) ?? "[]")
      return Array.isArray(read) ? read.filter((query) => typeof query?.name === "string" && typeof query?.text === "string") : []
    } catch {
      return []
    }
  }

  add(name, text) {
    this.#write([...this.#own.filter((query) => query.name !== name), { name, text }])
  }

  remove(name) {
    this.#write(this.#own.filter((query) => query.name !== name))
  }

  #write(queries) {
    localStorage.setItem(storage, JSON.stringify(queries))
  }

  get draft() {
    return localStorage.getItem(draftStorage) ?? given[0][1]
  }

  set draft(text) {
    localStorage.setItem(draftStorage, text)
  }
}
