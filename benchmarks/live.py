"""From hand to ear: how soon a key that is struck is heard, gaps, and memory, in a real browser on JupyterLab.

    python benchmarks/live.py [minutes] [--project FOLDER]      (usually 10; --short: a quarter of one)

Needs a Chromium and playwright, as the browser tests do. Without a project with a trained model, a network of the usual
size that has learned nothing plays: it costs as much. Chords are struck on the keyboard, dials and knobs are drawn; the
page measures from the event's time stamp to the first changed sample, as it leaves the loudspeaker.
"""
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import asked, project

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/browser"))
from conftest import write_notebook
from lab import browser, new_page, open_notebook, run_all, serving, wait_for

MUSIC = dict(data=dict(sample_rate=32000, axes=64, seconds_per_block=2.5), output=dict(seed_seconds=4.0),
             net=dict(model_name="recurrent", kwargs={}, preset="quick"))
MAKE = """
from soundcube import data
from soundcube.config import load_config
from soundcube.net import Net
data.convert(load_config())
Net(Net.ALL, config=load_config()).save()
"""
CELL = "import os\nopen('kernel.pid', 'w').write(str(os.getpid()))\n"
CELL += "from soundcube.live import LivePanel\npanel = LivePanel()\npanel"
LIVE = ".sc-live"
DIAL = "(e, value) => { e.value = value; e.dispatchEvent(new Event('input')); }"


def prepared(folder: Path) -> Path:
    "A project with an untrained network of the usual size."
    root = project(folder / "project", files=6, seconds=30.0, **MUSIC)
    subprocess.run([sys.executable, "-c", MAKE], cwd=root, check=True, stdout=subprocess.DEVNULL)
    return root


def megabytes(pid: int) -> float:
    "Resident memory of a process."
    return int(subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True).stdout) / 1024


class Player:
    "Somebody who plays a page."

    def __init__(self, page) -> None:
        self.page, self.random = page, random.Random(0)

    def value(self, name: str) -> float:
        return float(self.page.locator(LIVE).get_attribute(f"data-{name}") or 0)

    def change(self) -> float | None:
        "Ask for something else, in one way or another; seconds until it was heard."
        before, kind = self.value("hands"), self.random.choice(("chord", "chord", "dial", "knob"))
        if kind == "chord":
            self.page.keyboard.press(self.random.choice("asdfghjk"))
        else:
            name, most = ("Energy", 1.0) if kind == "dial" else ("Temperature", 1.5)
            slider = self.page.get_by_role("slider", name=name)
            slider.evaluate(DIAL, round(self.random.uniform(0.2, most), 2))
        try:
            wait_for(lambda: self.value("hands") > before, 3, every=0.02)
        except TimeoutError:
            return None  # the chord that was held already
        return self.value("hand")


def play(page, pid: int, minutes: float) -> None:
    player, found = Player(page), []
    page.get_by_role("button", name="Play", exact=False).first.click()
    wait_for(lambda: player.value("played") > 0, 90)
    page.locator(LIVE).focus()
    page.wait_for_timeout(3000)
    heap = lambda: page.evaluate("performance.memory.usedJSHeapSize / 1e6")
    begin, memory = time.monotonic(), (megabytes(pid), heap())
    while time.monotonic() - begin < 60 * minutes:
        page.wait_for_timeout(player.random.uniform(300, 1800))
        found += [seconds for seconds in [player.change()] if seconds is not None]
    least, most = min(found), max(found)
    print(f"{minutes:g} minutes, {len(found)} changes, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"hand to ear: median {statistics.median(found):.3f} s, least {least:.3f}, worst {most:.3f}")
    print(f"underruns: {player.value('underruns'):.0f}; store at the end: {player.value('ahead'):.2f} s")
    print(f"memory: kernel {memory[0]:.0f} -> {megabytes(pid):.0f} MB, page {memory[1]:.0f} -> {heap():.0f} MB")


def main() -> None:
    words = sys.argv[1:]
    given = None
    if "--project" in words:
        at = words.index("--project")
        given = Path(words[at + 1]).resolve()
        del words[at : at + 2]
    minutes = asked(10.0, 0.25, words)
    with tempfile.TemporaryDirectory() as d:
        root = shutil.copytree(given, Path(d, "project")) if given else prepared(Path(d))
        write_notebook(root / "live.ipynb", CELL)
        with serving(root) as url, browser() as b:
            page = new_page(b)
            open_notebook(page, url, "live.ipynb")
            run_all(page)
            page.locator(LIVE).wait_for(timeout=90_000)
            play(page, int((root / "kernel.pid").read_text()), minutes)


if __name__ == "__main__":
    main()
