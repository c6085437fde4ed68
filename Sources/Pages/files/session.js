// The token, where the server wants one: asked for once, then kept by the browser as a cookie that no script can read.

import { ask } from "./messages.js"

const question = "This server wants its token. It is in the file beside the database whose name ends with “-token”."

let asking = null
let isDeclined = false // until the page is loaded anew

/** Resolves to whether the server lets us in now. Several requests wait for one question. */
export async function signIn() {
  if (isDeclined) return false
  asking ??= signInOnce().finally(() => { asking = null })
  return asking
}

async function signInOnce() {
  for (let text = question; ; text = `That is not the token. ${question}`) {
    const token = await ask(text, { action: "Sign in", field: "Token", isSecret: true })
    if (!token) {
      isDeclined = true
      return false
    }
    const headers = { Authorization: `Bearer ${token.trim()}`, "Content-Type": "application/json" }
    const response = await fetch("/v1/session", { method: "POST", headers, body: "{}" })
    if (response.ok) return true
  }
}
