// Whether somebody looks at the page. A browser has six connections to a server, for all its pages together: a page that
// nobody sees keeps none open, so that ten of them do not keep the eleventh from loading.

/** Calls `changed(isSeen)` when the page is shown or hidden, also when it goes to the browser's memory and comes back. */
export function watchSight(changed) {
  const watch = new AbortController()
  const options = { signal: watch.signal }
  document.addEventListener("visibilitychange", () => changed(!document.hidden), options)
  addEventListener("pagehide", () => changed(false), options)
  addEventListener("pageshow", (event) => event.persisted && changed(!document.hidden), options)
  return () => watch.abort()
}
