// The address after `#` says what is shown: `#/jobs?state=failed`, `#/runs/7`.

export function here() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?")
  const parts = path.split("/").filter((part) => part !== "").map(decode)
  return { name: parts[0] ?? "overview", id: parts[1] ?? null, part: parts[2] ?? null, query: new URLSearchParams(query ?? "") }
}

export function address(name, id, query) {
  const path = [name, id].filter((part) => part !== null && part !== undefined && part !== "").map(encodeURIComponent)
  const text = new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value)).toString()
  return `#/${path.join("/")}${text === "" ? "" : `?${text}`}`
}

/** Changes the query of what is shown without a new entry in the history and without making the view anew. */
export function setQuery(query) {
  const { name, id } = here()
  history.replaceState(null, "", address(name, id, query))
}

function decode(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
