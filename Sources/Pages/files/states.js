// States, as a sign, a word and a colour: never a colour alone.

import { el, setClass, setText } from "./dom.js"

const signs = {
  blocked: "◌", scheduled: "◔", ready: "○", running: "◐", reclaiming: "◐", succeeded: "✓", failed: "✕", skipped: "↷",
  cancelled: "⊘", paused: "‖", active: "●", live: "●", idle: "○", suspended: "‖", draining: "◑", dead: "✕", hung: "!",
  passed: "✓", missing: "?", timed_out: "✕", interrupted: "↶", lost: "!", waiting: "◌", open: "●", pausing: "‖",
}

export const jobStates = ["ready", "running", "scheduled", "blocked", "failed", "succeeded", "cancelled", "skipped"]
export const runStates = ["running", "failed", "succeeded", "cancelled"]

const final = new Set(["succeeded", "failed", "skipped", "cancelled"])

export function isFinal(state) {
  return final.has(state)
}

export function sign(state) {
  return signs[state] ?? "·"
}

export function badge(state) {
  const element = el("span")
  setBadge(element, state)
  return element
}

export function setBadge(element, state) {
  setClass(element, `badge is-${String(state).replace(/[^a-z_]/g, "")}`)
  setText(element, `${sign(state)} ${String(state).replaceAll("_", " ")}`)
}
