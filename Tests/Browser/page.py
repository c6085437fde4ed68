"""Uses the page as somebody would: page.py SCENARIO http://127.0.0.1:PORT [ARGUMENT]. Says what was not as it should be."""

import re
import sys

from browser import Browser, Failure
from following import flood, follow
from keyboard import keyboard
from steps import LOG, STATE, check, forgive, opened

VIEWS = ["#/", "#/runs", "#/runs/1", "#/jobs", "#/jobs/1", "#/workflows", "#/sql"]
# Those that somebody has, and both sides of each that the styles tell apart.
WIDTHS = [375, 480, 481, 720, 721, 1000, 1001, 1199, 1200, 1280, 1700, 1701, 1899, 1900, 2200, 2560]
PICTURES = {375: 812, 1280: 800, 2560: 1440}
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def work(browser, base):
    """Starts a run from the form, watches it end, opens a job, reads its log, retries it."""
    opened(browser, f"{base}/#/workflows")
    browser.wait("[...document.querySelectorAll('main [data-row]')].some((row) => row.textContent === 'Greeting')")
    browser.click("main [data-row][title='Greeting']")
    browser.click("button[type=submit]")
    browser.wait("document.querySelector('.inputs .fault:not([hidden])')?.textContent === 'name is needed'")
    browser.click("#input-name")
    browser.type("<b>Ada</b>")
    browser.click("button[type=submit]")
    browser.wait("location.hash.startsWith('#/runs/')")
    browser.wait("document.querySelectorAll('.node').length === 4")
    browser.wait("document.querySelector('.node.is-running') && document.querySelector('.edge.is-flowing')")
    with open("gate", "w") as gate:  # what 'greet' waits for
        gate.write("go\n")
    browser.wait(f"{STATE} === 'failed'")
    states = browser.evaluate("[...document.querySelectorAll('.node')].map((node) => node.getAttribute('aria-label'))")
    check(any(text.startswith("greet: succeeded") for text in states), f"states: {states}")
    check(any(text.startswith("fail: failed") for text in states), f"states: {states}")
    check(browser.evaluate("document.querySelectorAll('.bars .is-critical').length") > 0, "no critical path in the timeline")
    check(browser.evaluate("document.querySelector('.run > div > .fault')?.textContent") == "fail: exited with code 3",
          "what failed is not at the top")
    # With the keyboard to the step that failed, and to its log.
    for _ in range(30):
        browser.press("j")
        if browser.evaluate("document.activeElement.textContent.endsWith('fail')"):
            break
    browser.press("Enter")
    browser.wait(f"location.hash.startsWith('#/jobs/') && {STATE} === 'failed'")
    browser.wait(f"{LOG}?.includes('no luck for <b>Ada</b>')")
    check(browser.evaluate("document.querySelector('.log .f-red')?.textContent") == "red", "the log has no colours")
    browser.click("main .head .buttons button.primary")
    browser.wait("[...document.querySelectorAll('select[aria-label=Attempt] option')].length === 2")
    browser.wait(f"{STATE} === 'succeeded' && {LOG}.includes('second time lucky')")
    # The run went on by itself.
    browser.press("u")
    browser.wait(f"location.hash.startsWith('#/runs/') && {STATE} === 'succeeded'")


def steer(browser, base):
    """Approves, pauses a queue, cancels a job, asks by SQL, searches."""
    opened(browser, f"{base}/#/runs/1")
    browser.wait("document.querySelector('.decision')?.textContent.includes('release it?')")
    browser.click(".decision button.primary")
    browser.type("looks good")
    browser.press("Enter")
    browser.wait(f"{STATE} === 'succeeded'")
    opened(browser, f"{base}/#/")
    browser.click(".act button")
    browser.wait("document.querySelector('.act button')?.textContent === 'Resume'")
    browser.click(".act button")
    browser.wait("document.querySelector('.act button')?.textContent === 'Pause'")
    opened(browser, f"{base}/#/jobs")
    browser.press("/")
    browser.type("sleeper")
    browser.wait("document.querySelectorAll('main tbody tr').length === 1")
    check(browser.evaluate("location.hash") == "#/jobs?search=sleeper", "the search is not in the address")
    browser.press("Escape")
    browser.press("j")
    browser.press("Enter")
    browser.wait(f"{STATE} === 'running'")
    browser.click("main .head button.danger")
    browser.click("dialog button.danger")
    browser.wait(f"{STATE} === 'cancelled'")
    opened(browser, f"{base}/#/sql")
    browser.evaluate("document.querySelector('textarea').value = \"SELECT state, count(*) AS jobs FROM job_history WHERE state = 'cancelled'\"")
    browser.evaluate("document.querySelector('textarea').focus()")
    browser.press("Enter", modifiers=2)
    browser.wait("document.querySelector('.answer td')?.textContent === 'cancelled'")
    browser.evaluate("document.querySelector('textarea').value = 'DELETE FROM jobs'")
    browser.press("Enter", modifiers=2)
    refused = browser.wait("document.querySelector('.answer .fault')?.textContent")
    check("SELECT" in refused or "read" in refused, f"an error that does not say why: {refused}")
    forgive(browser, "/v1/sql")


def hostile(browser, base):
    """Names and logs with markup and scripts are shown as they are, and nothing of them runs."""
    opened(browser, f"{base}/#/jobs")
    browser.wait("document.querySelector('main tbody')?.textContent.includes('<img src=x onerror=window.ran=1>')")
    for view in VIEWS + ["#/jobs?search=%3Cscript%3E", "#/runs/%3Cscript%3E", "#/%3Cimg%20src=x%20onerror=window.ran=1%3E"]:
        opened(browser, f"{base}/{view}")
        check(browser.evaluate("window.ran === undefined"), f"a script ran in {view}")
        check(browser.evaluate("document.querySelectorAll('main img, main script, main iframe').length") == 0, f"markup in {view}")
    opened(browser, f"{base}/#/jobs/1")
    text = browser.wait(f"{LOG}?.includes('</pre>') && {LOG}")
    check("<script>window.ran=1</script>" in text, f"the log: {text!r}")
    check("\u202e" not in text and "\x1b" not in text, f"the log commands: {text!r}")
    check("after" in text, f"an escape without an end swallowed the log: {text!r}")
    check(browser.evaluate("window.ran === undefined"), "a script ran in the log")
    # An address of no run is an answer of the server's, which the browser notes.
    forgive(browser, "%3Cscript%3E")


def sizes(browser, base, folder=None):
    """Every view at every width, as it is loaded and as its window is made wider: nothing sticks out. Where a folder is
    given, pictures in light and dark are kept there."""
    for view in VIEWS:
        browser.size(2560, 1440)
        opened(browser, f"{base}/{view}")
        fits(browser, view, 2560)
        browser.size(375, 812)
        opened(browser, f"{base}/{view}")
        for width in WIDTHS:
            browser.size(width, PICTURES.get(width, 900))
            fits(browser, view, width)
            if folder and width in PICTURES:
                photograph(browser, view, f"{folder}/{picture_name(view)}-{width}")


def fits(browser, view, width):
    browser.evaluate(DRAWN)
    room = browser.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    check(room[1] == width, f"the window has {room[1]} px, not {width}")
    check(room[0] <= room[1], f"{view} is {room[0]} px wide in {room[1]} px")


def photograph(browser, view, path):
    for scheme in ("light", "dark"):
        browser.colours(scheme)
        browser.picture(f"{path}-{scheme}.png")


def picture_name(view):
    name = re.sub(r"[^a-z]+", "-", view).strip("-") or "overview"
    return f"{name}-one" if view[-1].isdigit() else name


def longlog(browser, base):
    """A log of many megabytes is a window: what is loaded stays small, and in order without gaps."""
    opened(browser, f"{base}/#/jobs/1")
    numbers = "[...document.querySelectorAll('.log .block')].map((block) => block.textContent).join('').split('\\n').filter((line) => line.length === 64).map((line) => Number(line.slice(0, 9)))"
    last = browser.wait(f"(({numbers}).at(-1) ?? 0) > 100000 && ({numbers}).at(-1)")
    browser.click(".tools button")
    browser.wait(f"({numbers})[0] === 0")
    for _ in range(60):
        browser.evaluate("new Promise((done) => { document.querySelector('.log').scrollBy(0, 4000); requestAnimationFrame(() => requestAnimationFrame(done)) })")
    browser.wait(f"({numbers}).length > 5000")
    seen = browser.evaluate(numbers)
    check(all(next == line + 1 for line, next in zip(seen, seen[1:])), "lines are missing or doubled")
    check(browser.evaluate("document.querySelectorAll('.log .block').length") <= 14, "the window grows without end")
    browser.press("l")
    browser.press("G")
    browser.wait(f"({numbers}).at(-1) === {last}")


def token(browser, base, secret):
    """Asks for the token where the server wants one; no script can read what is kept of it."""
    browser.open(f"{base}/#/jobs")
    browser.click("dialog input[type=password]")
    browser.type("wrong")
    browser.click("dialog button.primary")
    browser.wait("document.querySelector('dialog')?.textContent.includes('not the token')")
    browser.click("dialog input[type=password]")
    browser.type(secret)
    browser.click("dialog button.primary")
    browser.wait("document.querySelector('main td.wide')?.textContent === 'other'")
    browser.wait("document.querySelector('#live').dataset.state === 'live'")
    check(browser.evaluate("document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)") == "{}{}",
          "a script can read the token")
    forgive(browser, "401")


SCENARIOS = {
    "work": work, "steer": steer, "hostile": hostile, "sizes": sizes, "longlog": longlog, "token": token,
    "follow": follow, "flood": flood, "keyboard": keyboard,
}


def main():
    scenario, base = sys.argv[1], sys.argv[2].rstrip("/")
    browser = Browser()
    try:
        browser.size(1280, 800)
        base = SCENARIOS[scenario](browser, base, *sys.argv[3:]) or base
        check(browser.complaints() == [], "in the console: " + "\n".join(browser.complaints()))
        foreign = [url for url in browser.requested() if not url.startswith((base + "/", "about:", "data:", "blob:"))]
        check(foreign == [], f"asked for elsewhere: {foreign}")
    except Failure as failure:
        print(f"{scenario}: {failure}")
        return 1
    finally:
        browser.close()
    print("ok")
    return 0


sys.exit(main())
