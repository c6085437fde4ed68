// JSON as people read it; text stays text.

export function pretty(value, indent = "  ") {
  if (value === null || value === undefined) return ""
  let parsed = value
  if (typeof value === "string") {
    try {
      parsed = JSON.parse(value)
    } catch {
      return value
    }
  }
  return typeof parsed === "string" ? parsed : JSON.stringify(parsed, null, indent)
}
