// Figures and times as people read them.

/** Milliseconds: "850 ms", "4.2 s", "1 m 05 s", "3 h 20 m", "2 d 4 h". */
export function duration(ms) {
  if (ms === null || ms === undefined) return ""
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
  const whole = Math.floor(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`
}

/** How long ago: no finer than seconds, so that it does not flicker. */
export function ago(moment, now = Date.now()) {
  const ms = now - moment
  if (ms < -1500) return `in ${rough(-ms)}`
  return ms < 1500 ? "now" : `${rough(ms)} ago`
}

function rough(ms) {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`
}

export function bytes(count) {
  if (count === null || count === undefined) return ""
  const units = ["B", "KiB", "MiB", "GiB", "TiB"]
  let value = count
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 1 })

export function count(value) {
  return value === null || value === undefined ? "" : grouped.format(value)
}

export function percent(share) {
  return share === null || share === undefined ? "" : `${Math.round(share * 100)} %`
}

export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`
}

/** ISO text or milliseconds → milliseconds; null stays null. */
export function moment(value) {
  if (value === null || value === undefined) return null
  return typeof value === "number" ? value : Date.parse(value)
}

/** What a job is called. */
export function label(job) {
  return job.name || job.key || job.step || job.command || job.type || `job ${job.id}`
}

function two(number) {
  return String(number).padStart(2, "0")
}
