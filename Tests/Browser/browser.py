"""Headless Chromium over the pipe of its DevTools protocol, with nothing but Python's own library."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

# Resolves when the expression holds: looked at now, and whenever something in the page has changed.
WAIT = """
new Promise((done, fail) => {
  const look = () => { try { return (EXPRESSION) } catch (error) { return false } }
  const finish = (value) => { observer.disconnect(); clearTimeout(timer); done(value) }
  const check = () => { const value = look(); if (value) finish(value) }
  const observer = new MutationObserver(check)
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  const timer = setTimeout(() => { observer.disconnect(); fail(new Error("not within time")) }, MILLISECONDS)
  check()
})
"""


class Failure(Exception):
    """What was not as it should be."""


class Browser:
    def __init__(self):
        program = shutil.which("chromium")
        if program is None:
            raise Failure("there is no chromium in PATH")
        self.folder = tempfile.mkdtemp(prefix="weir-page-")
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()

        def join():  # Chromium reads descriptor 3 and writes 4
            high = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (commands, answers)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--hide-scrollbars", "--disable-background-networking", "--remote-debugging-pipe",
             f"--user-data-dir={self.folder}", "about:blank"],
            preexec_fn=join, pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.number, self.rest, self.events, self.session = 0, b"", [], None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        # Keys go where they would in a window that somebody looks at.
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def read(self, deadline):
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.answers], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise Failure("the browser does not answer")
            part = os.read(self.answers, 1 << 20)
            if not part:
                raise Failure("the browser has ended")
            self.rest += part
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, within=60, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + within
        while True:
            answer = self.read(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Failure(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def evaluate(self, expression, within=60):
        answer = self.call("Runtime.evaluate", within, expression=expression, awaitPromise=True, returnByValue=True)
        fault = answer.get("exceptionDetails")
        if fault:
            raise Failure(f"{fault.get('exception', {}).get('description', fault['text'])}, in: {expression[:300]}")
        return answer["result"].get("value")

    def wait(self, expression, within=60):
        """What `expression` gives once that is something."""
        script = WAIT.replace("EXPRESSION", expression).replace("MILLISECONDS", str(within * 1000))
        try:
            return self.evaluate(script, within + 10)
        except Failure as failure:
            text = self.evaluate("document.body.innerText.slice(0, 1500)")
            raise Failure(f"waited {within} s for: {expression}\n{failure}\nthe page:\n{text}\nthe console:\n"
                          + "\n".join(self.complaints())) from None

    def open(self, address):
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address)

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 500)

    def colours(self, scheme):
        """Without transitions, so that a picture has the colours at once."""
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def press(self, key, modifiers=0):
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        code = {"Enter": 13, "Escape": 27, "Tab": 9}.get(key, ord(key.upper()) if len(key) == 1 else 0)
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text, windowsVirtualKeyCode=code,
                  modifiers=modifiers)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code, modifiers=modifiers)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def click(self, selector):
        """Clicks with the mouse in the middle of what is found."""
        place = self.wait(f"""(() => {{
          const element = document.querySelector({json.dumps(selector)})
          if (!element || element.disabled) return null
          element.scrollIntoView({{ block: "center" }})
          const box = element.getBoundingClientRect()
          return box.width > 0 ? [box.x + box.width / 2, box.y + box.height / 2] : null
        }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def picture(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def complaints(self):
        """Errors and warnings in the console."""
        found = []
        for event in self.events:
            parameters = event.get("params", {})
            if event.get("method") == "Runtime.exceptionThrown":
                found.append(json.dumps(parameters["exceptionDetails"])[:600])
            elif event.get("method") == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                found.append(json.dumps(parameters["args"])[:600])
            elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
        return found

    def requested(self):
        """The addresses of all that was asked for."""
        return [event["params"]["request"]["url"] for event in self.events
                if event.get("method") == "Network.requestWillBeSent"]
