"""Training survives `kill -9`, at any moment, any number of times.

    python benchmarks/kill.py [KILLS | --short]

A small network is trained in a process that is killed at a random moment, then in another that goes on, and so on (200 times
by default). After each kill: the saved model loads; it has every epoch that was announced as saved; its history counts 1, 2, 3, ...
without gap or double; temporary files don't pile up. In the end its weights are, bit for bit, those of a training that was left alone.
"""
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import asked, leftovers, must_be_same, project, soundcube, start, training_context
from soundcube.checkpoints import load_checkpoint


def received(events: Any) -> list[tuple[int, float]]:
    "All that a process, now dead, had told."
    told = []
    try:
        while True: told.append(events.recv())
    except EOFError: return told


def check(root: Path, told: dict[int, float], before: int) -> int:
    "Whether all that was promised holds; the number of epochs saved."
    models = root / "models"
    if not (models / "model.safetensors").exists():
        assert not told, "the model is gone"
        return 0
    progress = load_checkpoint(models / "model.safetensors").progress
    assert [h["epoch"] for h in progress["history"]] == list(range(1, progress["epoch"] + 1)), "a gap in the history"
    assert progress["epoch"] >= max([before, *told]), f"lost work: {progress['epoch']} epochs of {max(told)} that were saved"
    for h in progress["history"]: assert told.get(h["epoch"], h["loss"]) == h["loss"], f"epoch {h['epoch']} is not what was announced"
    for f in models.glob("*.safetensors"): load_checkpoint(f)
    assert len(leftovers(root)) <= 1, f"temporary files pile up: {leftovers(root)}"
    return progress["epoch"]


def left_alone(context: Any, root: Path) -> int:
    "One more epoch, to its end; then the same number in one go; their number, if all agrees."
    done = None
    for name in ("model", "whole"):
        process, _ = start(context, root, name=name, epochs=done or 1)
        process.join()
        assert process.exitcode == 0 and not leftovers(root)
        done = load_checkpoint(root / f"models/{name}.safetensors").progress["epoch"]
    must_be_same(root, "model", "whole")
    return done


def main(kills: int = 200) -> None:
    chance, told, epochs, torn, begin = random.Random(0), {}, 0, 0, time.time()
    context = training_context()
    with tempfile.TemporaryDirectory() as folder:
        root = project(Path(folder) / "p", net=dict(training_epochs=10**6, schedule="constant"), state=dict(epochs_per_archive=25))
        assert soundcube(root, "convert").status == 0
        for kill in range(kills):
            process, events = start(context, root)
            if kill % 10: events.poll(120)  # else: while it is still starting
            time.sleep(chance.uniform(0, 0.7 if kill % 10 else 5))
            process.kill()
            process.join()
            for epoch, loss in received(events):
                assert epoch not in told, f"epoch {epoch} was trained twice"
                told[epoch] = loss
            torn += bool(leftovers(root))
            epochs = check(root, told, epochs)
            if sys.stdout.isatty() or kill % 20 == 19: print(f"{kill + 1} kills, {epochs} epochs", flush=True)
        epochs = left_alone(context, root)
    print(f"{kills} kills in {time.time() - begin:.0f} s: {kills} times the model loaded; {epochs} epochs without gap or double, the same weights as in one go; "
          f"{torn} kills left a temporary file, none of them stayed")


if __name__ == "__main__":
    main(asked(200, 5, sys.argv[1:]))
