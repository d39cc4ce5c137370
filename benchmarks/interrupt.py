"""A training that is interrupted again and again is, bit for bit, the one that was left alone.

    python benchmarks/interrupt.py [TIMES | --short]

A small network is trained for a number of epochs, with a rate that follows the budget. Another, made the same way, is interrupted
at random moments (50 times by default) - by Ctrl-C, by a terminate signal, by a closed terminal, in turn; in the middle of an epoch,
while it saves, now and then before its first step - and goes on each time. In the end their weights, the state of their optimisers
and their histories agree.
"""
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import asked, leftovers, must_be_same, project, soundcube, start, training_context
from soundcube.checkpoints import load_checkpoint

SIGNALS = [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)]
EPOCHS, LONGEST = 12, 0.4  # for each interruption; seconds until it comes


def interrupt(context: Any, root: Path, chance: random.Random, number: int) -> None:
    "Go on with the training, and interrupt it."
    process, events = start(context, root, name="halted")
    if number % 10: events.poll(120)  # else: while it is still starting
    time.sleep(chance.uniform(0, LONGEST))
    os.kill(process.pid, SIGNALS[number % len(SIGNALS)])
    process.join()
    assert not leftovers(root), f"an interrupted training left {leftovers(root)}"


def epochs_of(root: Path) -> int:
    saved = root / "models/halted.safetensors"
    return load_checkpoint(saved).progress["epoch"] if saved.exists() else 0


def main(times: int = 50) -> None:
    chance, begin = random.Random(0), time.time()
    context = training_context()
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "p", net=dict(training_epochs=EPOCHS * times))
        assert soundcube(root, "convert").status == 0
        for number in range(times):
            interrupt(context, root, chance, number)
            assert epochs_of(root) < EPOCHS * times, f"it was over after {number} interruptions"
            if sys.stdout.isatty() or number % 10 == 9: print(f"{number + 1} interruptions, {epochs_of(root)} epochs", flush=True)
        for name in ("halted", "whole"):
            process, _ = start(context, root, name=name)
            process.join()
            assert process.exitcode == 0
        must_be_same(root, "halted", "whole")
        assert epochs_of(root) == EPOCHS * times
    print(f"{times} interruptions in {time.time() - begin:.0f} s: {EPOCHS * times} epochs, weights, optimiser and history the same, bit for bit, as in one go")


if __name__ == "__main__":
    main(asked(50, 4, sys.argv[1:]))
