"""Training survives `kill -9`, at any moment, any number of times.

    python benchmarks/kill.py [KILLS | --short]

A small network is trained in a process that is killed at a random moment, then in another that goes on, and so on (200 times
by default). After each kill: the saved model loads; it has every epoch that was announced as saved; its history counts 1, 2, 3, ...
without gap or double; temporary files don't pile up. In the end its weights are, bit for bit, those of a training that was left alone.
"""
import multiprocessing
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import asked, leftovers, project, soundcube
from soundcube.checkpoints import load_checkpoint


def train(root: Path, events: Any, epochs: int | None = None, name: str = "model") -> None:
    "Go on training; tell (epoch, loss) after each epoch is saved."
    os.chdir(root)
    from soundcube.net import Net
    net = Net(Net.TRAIN, model_base=name)
    net.train(epochs=epochs, on_epoch=lambda t: events.send((net.epochs, net.history[-1]["loss"])))


def start(context: Any, root: Path, **k: Any) -> tuple[Any, Any]:
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=train, args=(root, there), kwargs=k)
    process.start()
    there.close()
    return process, here


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
    "One more epoch, to its end; then the same number in one go; their number, if all weights agree."
    weights = []
    for name in ("model", "whole"):
        process, _ = start(context, root, name=name, epochs=1 if name == "model" else done)
        process.join()
        assert process.exitcode == 0 and not leftovers(root)
        saved = load_checkpoint(root / f"models/{name}.safetensors")
        done = saved.progress["epoch"]
        weights.append(saved.weights | {f"optimiser {k}": v for k, v in saved.optimiser.items()})
    assert weights[0].keys() == weights[1].keys() and all((weights[0][k] == weights[1][k]).all() for k in weights[0]), "weights differ"
    return done


def main(kills: int = 200) -> None:
    chance, told, epochs, torn, begin = random.Random(0), {}, 0, 0, time.time()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["soundcube.net"])  # imported once, for all
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
