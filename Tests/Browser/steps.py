"""What several scenarios do and look for."""

import json

from browser import Failure

STATE = "document.querySelector('main .head .badge')?.textContent.split(' ').slice(1).join(' ')"
LOG = "document.querySelector('.log')?.textContent"


def check(holds, what):
    if not holds:
        raise Failure(what)


def opened(browser, address):
    """Opens a view and waits until its data are there."""
    browser.open(address)
    browser.wait("document.querySelector('#live').dataset.state === 'live'")
    browser.wait("document.querySelector('main td, main .empty:not([hidden]), main .node, main textarea, main form, main .fault')")


def forgive(browser, text):
    """The console may say what has this text in it."""
    browser.events[:] = [
        event for event in browser.events
        if event.get("method", "").startswith("Network.") or text not in json.dumps(event)]
