"""Dialogs by the keyboard alone: Enter, Escape, and where one is afterwards."""

from steps import STATE, check, opened

FOCUS = "(document.activeElement?.textContent ?? '').trim().slice(0, 40)"
OPEN = "document.querySelector('dialog[open]')"
GONE = "!document.querySelector('dialog')"


def keyboard(browser, base):
    cancels(browser, base)
    approves(browser, base)
    reads_help(browser, base)


def focus(browser, selector):
    browser.wait(f"(document.querySelector({selector!r})?.focus(), document.activeElement === document.querySelector({selector!r}))")


def cancels(browser, base):
    opened(browser, f"{base}/#/jobs/1")
    browser.wait(f"{STATE} === 'running'")
    focus(browser, "main .head button.danger")
    browser.press("Enter")
    browser.wait(OPEN)
    browser.press("Escape")
    browser.wait(GONE)
    check(browser.evaluate(FOCUS) == "Cancel", "Escape does not lead back to the button")
    # An Enter too many does nothing that cannot be undone.
    browser.press("Enter")
    browser.wait(OPEN)
    check(browser.evaluate(FOCUS) == "Back", "the dialog begins at what cannot be undone")
    browser.press("Enter")
    browser.wait(GONE)
    check(browser.evaluate(FOCUS) == "Cancel", "Back does not lead back to the button")
    check(browser.evaluate(STATE) == "running", "the job was cancelled by an Enter too many")
    browser.press("Enter")
    browser.wait(OPEN)
    browser.press("Tab")
    browser.press("Enter")
    browser.wait(f"{STATE} === 'cancelled'")
    browser.wait(f"{FOCUS} === 'Retry'")


def approves(browser, base):
    opened(browser, f"{base}/#/runs/1")
    browser.wait("document.querySelector('.decision')")
    focus(browser, ".decision button.primary")
    browser.press("Enter")
    browser.wait(f"{OPEN}?.querySelector('input') === document.activeElement")
    browser.type("by keyboard")
    browser.press("Escape")
    browser.wait(GONE)
    check(browser.evaluate(FOCUS) == "Approve", "Escape does not lead back to the button")
    check(browser.evaluate("document.querySelectorAll('.decision').length") == 1, "Escape decided")
    browser.press("Enter")
    browser.wait(f"{OPEN}?.querySelector('input').value === '' && {OPEN}.contains(document.activeElement)")
    browser.type("by keyboard")
    browser.press("Enter")
    browser.wait(f"{STATE} === 'succeeded'")
    check(browser.evaluate("document.activeElement !== document.body"), "the keyboard begins at the top of the page")


def reads_help(browser, base):
    opened(browser, f"{base}/#/jobs")
    browser.press("j")
    row = browser.evaluate(FOCUS)
    check(row != "", "j finds no row")
    browser.press("?")
    browser.wait(f"{OPEN}?.textContent.includes('next and previous row')")
    # Keys are for the dialog alone.
    browser.press("g")
    browser.press("o")
    browser.press("?")
    check(browser.evaluate("document.querySelectorAll('dialog').length") == 1, "help over help")
    check(browser.evaluate("location.hash") == "#/jobs", "a key went through the dialog")
    browser.press("Enter")
    browser.wait(GONE)
    check(browser.evaluate(FOCUS) == row, "the help does not lead back to the row")
    browser.press("g")
    browser.press("o")
    browser.wait("location.hash === '#/'")
