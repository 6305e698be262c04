"""A browser without a window, driven over a pipe with the protocol of its developer tools."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Browser:
    """One Chromium process with a profile of its own, which goes with it."""

    def __init__(self, program):
        self.profile = tempfile.mkdtemp(prefix="kindred-browser-")
        to_browser, ours_out = os.pipe()
        ours_in, from_browser = os.pipe()

        def place_pipes():
            # The browser reads from 3 and writes to 4; neither end may be overwritten on the way.
            high_in = os.dup2(to_browser, 103)
            high_out = os.dup2(from_browser, 104)
            os.dup2(high_in, 3)
            os.dup2(high_out, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-extensions", "--disable-background-networking",
             "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "about:blank"],
            preexec_fn=place_pipes, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.ours_in, self.ours_out = ours_in, ours_out
        self.pending = b""
        self.number = 0

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.profile, ignore_errors=True)

    def read(self, seconds):
        """The next message, or None when none comes in time."""
        end = time.monotonic() + seconds
        while b"\0" not in self.pending:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.ours_in], [], [], left)[0]:
                return None
            piece = os.read(self.ours_in, 1 << 20)
            assert piece, "the browser ended"
            self.pending += piece
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)


class Page:
    """A page at a width, in light or dark, and everything that went wrong in it."""

    def __init__(self, browser, path, width, scheme):
        self.browser = browser
        self.session = None
        self.troubles = []
        self.loaded = False
        self.address = "file://" + os.path.abspath(path).replace("%", "%25").replace("#", "%23")
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=width < 600)
        self.scheme(scheme)
        self.call("Page.navigate", url=self.address)
        end = time.monotonic() + 30
        while not self.loaded:
            assert time.monotonic() < end, "the page does not load"
            self.handle(browser.read(1))
        self.wait(0.3)

    def scheme(self, scheme):
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def handle(self, message):
        if message is None or "method" not in message:
            return
        method, values = message["method"], message.get("params", {})
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Runtime.exceptionThrown":
            self.troubles.append(("exception", json.dumps(values["exceptionDetails"])[:500]))
        elif method == "Runtime.consoleAPICalled":
            self.troubles.append(("console", json.dumps(values["args"])[:500]))
        elif method == "Log.entryAdded":
            self.troubles.append(("log", values["entry"].get("text", "")))
        elif method == "Page.javascriptDialogOpening":
            self.troubles.append(("dialog", values.get("message", "")))
            self.call("Page.handleJavaScriptDialog", accept=False)
        elif method == "Network.requestWillBeSent":
            address = values["request"]["url"]
            if address.split("#")[0] != self.address:
                self.troubles.append(("request", address))

    def call(self, method, **values):
        browser = self.browser
        browser.number += 1
        number = browser.number
        message = {"id": number, "method": method, "params": values}
        if self.session:
            message["sessionId"] = self.session
        os.write(browser.ours_out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + 60
        while True:
            answer = browser.read(1)
            if answer and answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.handle(answer)
            assert time.monotonic() < end, f"{method}: no answer"

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.handle(self.browser.read(0.05))

    def run(self, expression):
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def type(self, text):
        self.call("Input.insertText", text=text)
        self.wait(0.1)

    def key(self, key):
        for kind in ("keyDown", "keyUp"):
            code = {"Enter": 13, "Tab": 9, "ArrowDown": 40, "ArrowRight": 39, "Home": 36}[key]
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode=code, **text)
        self.wait(0.1)

    def picture(self, path):
        size = self.run("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        image = self.call(
            "Page.captureScreenshot", captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": size[0], "height": min(size[1], 12000), "scale": 1})
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))

    def close(self):
        self.session = None
        self.call("Target.closeTarget", targetId=self.target)
