// The token, where the server wants one: asked for once, then kept by the browser as a cookie that no script can read.

import { ask } from "./messages.js"

let asking = null

/** Resolves to whether the server lets us in now. Several requests wait for one question. */
export function signIn() {
  asking ??= signInOnce().finally(() => { asking = null })
  return asking
}

async function signInOnce() {
  const token = await ask("This server wants its token, which it keeps beside its database in a file that ends with “-token”.",
    { action: "Sign in", field: "Token", isSecret: true })
  if (!token) return false
  const response = await fetch("/v1/session", { method: "POST", headers: { Authorization: `Bearer ${token.trim()}`, "Content-Type": "application/json" }, body: "{}" })
  return response.ok
}
