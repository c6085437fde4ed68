// Where the jobs of a run stand in its graph: a layer for each that must be waited for, crossings kept few.

const sweeps = 6

/** `jobs`: `{id}`; `edges`: `{from, to}`. Answers a Map of id → `{layer, row}` and the number of layers and rows. */
export function layers(jobs, edges) {
  const ids = new Set(jobs.map((job) => job.id))
  const known = edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to))
  const before = neighbours(jobs, known, "to", "from")
  const after = neighbours(jobs, known, "from", "to")
  const layer = longestPaths(jobs, known, before, after)
  const columns = []
  for (const job of jobs) (columns[layer.get(job.id)] ??= []).push(job.id)
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const isForward = sweep % 2 === 0
    order(columns, isForward ? before : after, isForward)
  }
  return place(columns)
}

function neighbours(jobs, edges, key, value) {
  const lists = new Map(jobs.map((job) => [job.id, []]))
  for (const edge of edges) lists.get(edge[key]).push(edge[value])
  return lists
}

/** How many must end before each, at least. */
function longestPaths(jobs, edges, before, after) {
  const layer = new Map(jobs.map((job) => [job.id, 0]))
  const open = new Map(jobs.map((job) => [job.id, before.get(job.id).length]))
  const queue = jobs.filter((job) => open.get(job.id) === 0).map((job) => job.id)
  for (let at = 0; at < queue.length; at += 1) {
    for (const next of after.get(queue[at])) {
      layer.set(next, Math.max(layer.get(next), layer.get(queue[at]) + 1))
      open.set(next, open.get(next) - 1)
      if (open.get(next) === 0) queue.push(next)
    }
  }
  return layer
}

/** Moves each to the middle of those that it is joined with in the column next to it. */
function order(columns, joined, isForward) {
  const sequence = isForward ? columns.keys() : [...columns.keys()].reverse()
  const row = new Map()
  for (const column of columns) column?.forEach((id, index) => row.set(id, index - (column.length - 1) / 2))
  for (const index of sequence) {
    const column = columns[index]
    if (!column) continue
    const middle = new Map(column.map((id) => {
      const others = joined.get(id)
      return [id, others.length === 0 ? row.get(id) : others.reduce((sum, other) => sum + row.get(other), 0) / others.length]
    }))
    column.sort((a, b) => middle.get(a) - middle.get(b))
    column.forEach((id, at) => row.set(id, at - (column.length - 1) / 2))
  }
}

function place(columns) {
  const positions = new Map()
  const rows = Math.max(1, ...columns.map((column) => column?.length ?? 0))
  columns.forEach((column, layer) => {
    column?.forEach((id, index) => positions.set(id, { layer, row: index + (rows - column.length) / 2 }))
  })
  return { positions, layers: Math.max(1, columns.length), rows }
}
