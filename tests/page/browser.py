"""Drives a headless Chromium over chromedriver's HTTP interface, and asks it what a report page does.

    browser.py look PAGE PICTURE    open exchanges, rungs and fields; facts as JSON on standard output
    browser.py shoot PAGE PICTURE [FRAGMENT [SELECTOR..]]
                                    a picture of the page, after clicking what the selectors find
    browser.py time PAGE            how long the page takes to load, in milliseconds

Exits with 77 where there is no browser.
"""

import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from time import monotonic, sleep

NO_BROWSER = 77
WORDS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1280,1000",
]


class Browser:
    """A session, ended with its block."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.driver.stdout:
            port = re.search(r"started successfully on port (\d+)", line)
            if port:
                break
        else:
            raise SystemExit("chromedriver did not start")
        self.base = f"http://127.0.0.1:{port[1]}"
        options = {"args": WORDS + [f"--user-data-dir={self.profile.name}"],
                   "binary": shutil.which("chromium")}
        session = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.base += "/session/" + session["sessionId"]
        return self

    def __exit__(self, *_):
        try:
            self.ask("DELETE", "")
        except OSError:
            pass
        self.driver.kill()
        self.driver.wait()
        self.profile.cleanup()

    def ask(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, page, fragment=""):
        url = pathlib.Path(page).resolve().as_uri() + ("#" + fragment if fragment else "")
        self.ask("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        found = self.ask("POST", "/elements", {"using": "css selector", "value": selector})
        return [next(iter(element.values())) for element in found]

    def click(self, selector, which=0):
        self.ask("POST", f"/element/{self.find(selector)[which]}/click", {})

    def key(self, key):
        """Presses a key wherever the focus is."""
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
            {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]}]})

    def picture(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.ask("GET", "/screenshot")))

    def complaints(self):
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]


def look(page, picture):
    """What a reader meets who opens the page, an exchange, a rung, a field."""
    facts = {}
    with Browser() as browser:
        browser.open(page)
        facts["headline"] = browser.run("return document.querySelector('h1').innerText")
        facts["failures"] = browser.run(
            "return [...document.querySelectorAll('.failbox .title')].map(e => e.innerText)")
        facts["requirements"] = browser.run(
            "return [...document.querySelectorAll('.failbox blockquote')].map(e => e.innerText)")
        facts["pictures"] = browser.run("return document.images.length")
        facts["alien"] = browser.run(
            "return document.querySelectorAll('script').length - 1 + "
            "document.querySelectorAll('[onerror], [onclick], iframe, object, [src], b i').length")
        browser.picture(picture)
        # The first exchange that is folded up is opened with the keyboard.
        browser.run("const c = document.querySelector('.case:not([open]):not(.rule)');"
                    "c.classList.add('chosen'); c.firstElementChild.focus()")
        browser.key("\ue007")
        # The browser tells the page of it some time after the key, and then the rungs are drawn.
        opened = "return document.querySelectorAll('.chosen .r').length"
        until = monotonic() + 10
        while browser.run(opened) == 0 and monotonic() < until:
            sleep(0.02)
        facts["opened_by_key"] = browser.run(opened)
        browser.run("document.querySelector('.chosen details.r > summary')"
                    ".scrollIntoView({block: 'center'})")
        browser.click(".chosen details.r > summary")
        facts["rung"] = browser.run("""
            const rung = document.querySelector('.chosen details.r');
            const rows = [...rung.querySelectorAll('tr[data-o]')];
            const row = rows[rows.length - 1];
            row.click();
            const marks = [...rung.querySelectorAll('.hex mark')].map(e => e.textContent);
            return {open: rung.open, columns: row.cells.length, octets: row.dataset.o, marks,
                    lines: rung.querySelector('.src pre')?.textContent ?? ''};""")
        browser.run("document.getElementById('filter').value = 'no such exchange';"
                    "document.querySelector('.tools').dispatchEvent(new Event('input'))")
        facts["shown_when_filtered"] = browser.run(
            "return [...document.querySelectorAll('.case')].filter(e => e.offsetParent).length")
        facts["complaints"] = browser.complaints()
    print(json.dumps(facts))


def shoot(page, picture, fragment="", *selectors):
    with Browser() as browser:
        browser.open(page, fragment)
        for selector in selectors:
            browser.click(selector)
        browser.picture(picture)


def time(page):
    with Browser() as browser:
        took = []
        for _ in range(5):
            browser.open("/dev/null")
            browser.open(page)
            took.append(browser.run(
                "const [e] = performance.getEntriesByType('navigation'); return e.loadEventEnd"))
        print(f"{sorted(took)[2]:.0f}")


if __name__ == "__main__":
    if not (shutil.which("chromedriver") and shutil.which("chromium")):
        print("chromium and chromedriver are not installed", file=sys.stderr)
        raise SystemExit(NO_BROWSER)
    word, *arguments = sys.argv[1:]
    {"look": look, "shoot": shoot, "time": time}[word](*arguments)
