"""A log that grows while it is looked at: by one request, that goes on where it was and ends with the job."""

import json
import os

from proxy import Proxy
from steps import LOG, STATE, check, forgive, opened

SEEN = """
(() => {
  Object.defineProperty(document, "hidden", { configurable: true, value: HIDDEN })
  document.dispatchEvent(new Event("visibilitychange"))
})()
"""
TAIL = "document.querySelector('.log-window')?.dataset.tail"
BLOCKS = "document.querySelectorAll('.log .block').length"


def asked(browser, text):
    """The requests whose address has `text`, and which of them have not ended."""
    found, ended = {}, set()
    for event in browser.events:
        parameters = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent" and text in parameters["request"]["url"]:
            found[parameters["requestId"]] = parameters["request"]
        if event.get("method") in ("Network.loadingFinished", "Network.loadingFailed"):
            ended.add(parameters["requestId"])
    return list(found.values()), [request for number, request in found.items() if number not in ended]


def shows(browser, line):
    browser.wait(f"{LOG}?.split('\\n').includes({json.dumps(line)})")


def follow(browser, base):
    """Job 1 prints what is written into the pipe `gate`. Returns the address of the page, which has its own way to the server."""
    way = Proxy(base)
    opened(browser, f"{way.address}/#/jobs/1")
    browser.evaluate("window.mark = true")
    shows(browser, "first")
    gate = open("gate", "w", buffering=1)
    gate.write("second\n")
    shows(browser, "second")
    before = len(asked(browser, "/logs?")[0])
    for number in range(5):
        gate.write(f"line {number}\n")
        shows(browser, f"line {number}")
    follows, live = asked(browser, "follow=true")
    check(len(follows) == 1 and len(live) == 1, f"it is followed by {len(follows)} requests, {len(live)} of them open")
    check(len(asked(browser, "/logs?")[0]) == before, "the log is asked for again and again")

    rests(browser, gate)
    comes_again(browser, gate, way)
    leaves_the_reader(browser, gate)

    gate.write("no line feed")
    gate.flush()
    browser.wait(f"{LOG}.endsWith('no line feed')")
    gate.close()
    browser.wait(f"{LOG}.endsWith('no line feedlast\\n') && {STATE} === 'succeeded'")
    browser.wait(f"{TAIL} === 'resting'")
    check(asked(browser, "follow=true")[1] == [], "the log is followed after the job's end")
    lines = browser.evaluate(LOG).split("\n")
    check(len(lines) == len(set(lines)), f"lines are doubled: {lines}")
    check(browser.evaluate("window.mark"), "the page was loaded anew")
    return way.address


def rests(browser, gate):
    """While nobody looks, nothing is held open; what came meanwhile is there then."""
    browser.evaluate(SEEN.replace("HIDDEN", "true"))
    browser.wait(f"{TAIL} === 'resting'")
    gate.write("unseen\n")
    check(asked(browser, "follow=true")[1] == [], "a page that nobody sees follows the log")
    check(asked(browser, "/v1/events")[1] == [], "a page that nobody sees listens to events")
    browser.evaluate(SEEN.replace("HIDDEN", "false"))
    shows(browser, "unseen")
    browser.wait("document.querySelector('#live').dataset.state === 'live'")
    check(asked(browser, "follow=true")[1][0]["headers"]["Range"] != "bytes=0-", "all of the log is asked for again")


def comes_again(browser, gate, way):
    """The way to the server breaks and is mended."""
    way.cut()
    browser.wait(f"{TAIL} === 'lost'")
    gate.write("while away\n")
    way.mend()
    shows(browser, "while away")
    browser.wait(f"{TAIL} === 'live'")
    browser.wait("document.querySelector('#live').dataset.state === 'live'")
    forgive(browser, "net::ERR_")


def leaves_the_reader(browser, gate):
    """Who reads further up is left there."""
    for number in range(200):
        gate.write(f"filling {number}\n")
    shows(browser, "filling 199")
    browser.press("l")
    browser.press("g")
    browser.wait(f"{TAIL} === 'resting' && document.querySelector('.log').scrollTop === 0")
    gate.write("below\n")
    browser.press("G")
    shows(browser, "below")
    browser.wait(f"{TAIL} === 'live'")


def flood(browser, base):
    """A job that prints much more than anybody can read: what is in the page stays small, and its end is there."""
    opened(browser, f"{base}/#/jobs/1")
    shows(browser, "first")
    browser.evaluate(f"""
      window.most = 0
      new MutationObserver(() => {{ window.most = Math.max(window.most, {BLOCKS}) }})
        .observe(document.querySelector('.log'), {{ subtree: true, childList: true }})
    """)
    os.close(os.open("gate", os.O_WRONLY))
    browser.wait(f"{STATE} === 'succeeded'")
    shows(browser, "line 1500000")
    most = browser.evaluate("window.most")
    check(0 < most <= 14, f"{most} blocks of the log were in the page at once")
    check(browser.evaluate(f"{LOG}.length") < 2_000_000, "the window grows without end")
