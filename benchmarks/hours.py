"""Hours of live play: memory stays flat, and the page never runs dry.

    python benchmarks/hours.py [--minutes MINUTES | --short]

A network of the quick preset's size plays without end (120 minutes by default) for a page without a browser, and somebody turns knobs,
wants other seeds, records, stops and goes on. The page plays in real time by a clock that runs on while sound is made, and jumps where there is
nothing to do but to wait; so this takes as long as the work does, and what would be a gap in a room is a gap here.
"""
import os
import random
import sys
import tempfile
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Callable

from common import project, soundcube
from soundcube.config import load_config
from soundcube.livesession import LiveSession

MINUTES, SHORT = 120.0, 12.0  # what is loaded once is loaded in the first five
ANSWERS, ACTS = 0.1, 20.0  # seconds from one answer of the page to the next, and from one thing that somebody does to the next


class Clock:
    "Time that goes on by itself, and can be moved on."
    ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


class AtOnce:
    "A pool that works at once."
    def submit(self, work: Callable[..., Any], *args: Any) -> Future:
        done = Future()
        try: done.set_result(work(*args))
        except Exception as e: done.set_exception(e)
        return done

    def shutdown(self, **how: Any) -> None: ...


class Driven(LiveSession):
    "A session whose thread is the loop below."
    def _launch(self) -> None: ...


class Page:
    "Plays what it is sent, by the clock."
    def __init__(self, clock: Clock):
        self.clock, self.gaps, self.answered, self.heard_of = clock, 0, 0.0, 0.0
        self.begin(0, 1)

    def begin(self, run: int, rate: int) -> None:
        self.run, self.rate, self.got, self.played, self.underruns, self.since = run, rate, 0, 0.0, 0, None

    def send(self, message: dict, sound: bytes | None = None) -> None:
        if message["do"] == "begin": self.begin(message["run"], message["rate"])
        if message["do"] == "stop": self.since = None
        if message["do"] == "sound" and message["run"] == self.run: self.got = message["at"] + len(sound) // 4

    def play(self, session: LiveSession) -> None:
        "Play up to now, and say how far that is."
        now = self.clock()
        if self.since is None and self.got >= 0.4 * self.rate: self.since = now
        if self.since is not None:
            self.played += (now - self.since) * self.rate
            self.since = now
            if self.played > self.got:
                self.played, self.since = self.got, None
                self.underruns += 1
                self.gaps += 1
        if now - self.answered >= ANSWERS:
            self.answered = now
            session.heard(self.run, int(self.played), self.underruns)


def megabytes() -> float:
    "Memory of this process now."
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def act(session: LiveSession, chance: random.Random, number: int) -> None:
    "What somebody may do while it plays."
    if number % 7 == 6: session.reseed()
    elif number % 15 == 3: session.record()
    elif number % 15 == 5: session.record(False)
    elif number % 15 == 12: session.stop()
    else: session.turn(temperature=chance.uniform(0.6, 1.1))


def play(session: Driven, page: Page, clock: Clock, minutes: float) -> list[float]:
    "Play for so long; megabytes at every tenth of it."
    chance, begin, acts, memory = random.Random(0), clock(), 0, []
    session.play()
    while (gone := clock() - begin) < 60 * minutes:
        wait = session.step()
        page.play(session)
        if wait is None: session.play()
        if wait: clock.ahead += min(wait, ANSWERS)
        if gone > ACTS * acts:
            acts += 1
            act(session, chance, acts)
        if gone > 6 * minutes * len(memory): memory.append(megabytes())
    return memory


def main(minutes: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "p", files=6, seconds=10, data=dict(sample_rate=32000, axes=64, seconds_per_block=2.0),
                       net=dict(model_name="recurrent", kwargs=dict(units=320, plan=True), training_epochs=1), output=dict(random_state=None))
        for command in ("convert", "train"):
            run = soundcube(root, command)
            assert run.status == 0, run.err
        config, clock = load_config(root / "config.yml").at(root), Clock()
        page = Page(clock)
        session = Driven(config, page.send, clock=clock, pool=AtOnce())
        begin = time.time()
        memory = play(session, page, clock, minutes)
        spent, speed = time.time() - begin, session.counters["speed"]
        session.close()
        takes = list((root / "output").glob("live*.wav"))
    print(f"{minutes:g} minutes of live play in {spent / 60:.1f}: {page.gaps} underruns, {speed:.0f} x real time, {len(takes)} recordings; "
          f"memory after half of it {memory[len(memory) // 2]:.0f} MB, at the end {memory[-1]:.0f} MB")
    assert page.gaps == 0 and memory[-1] < 1.1 * memory[len(memory) // 2], memory


if __name__ == "__main__":
    words = sys.argv[1:]
    main(SHORT if words == ["--short"] else float(words[-1]) if words else MINUTES)
