"""What the benchmarks share: small projects, and commands run as somebody would run them."""
import math
import multiprocessing
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
import yaml

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SMALL = dict(data=dict(sample_rate=8000, axes=8, seconds_per_block=0.5),
             net=dict(model_name="simple_gru", kwargs=dict(hidden_size=8), batch_size=8, training_epochs=2),
             output=dict(gen_seconds=2.0, seed_seconds=1.0, random_state=1))


def tune(seconds: float, rate: int = 8000, seed: int = 0) -> np.ndarray:
    "Plucked tones, float32 (n,)."
    t = np.arange(round(seconds * rate)) / rate
    notes = np.random.default_rng(seed).choice([220, 247, 262, 294, 330, 392], int(seconds * 4) + 1)
    return (0.3 * np.sin(2 * np.pi * np.repeat(notes, rate // 4)[:len(t)] * t) * np.exp(-4 * (t % 0.25))).astype(np.float32)


def project(root: Path, files: int = 11, seconds: float = 4.0, **sections: dict) -> Path:
    "A folder with a `config.yml` - SMALL, with `sections` over it - and music."
    (root / "music").mkdir(parents=True)
    names = set(SMALL) | set(sections)
    (root / "config.yml").write_text(yaml.safe_dump({s: SMALL.get(s, {}) | sections.get(s, {}) for s in names}))
    for k in range(files):
        with soundfile.SoundFile(root / "music" / f"{k:02d}.wav", "w", 8000, 1) as f:  # in pieces: a process begins with the memory of the one that starts it
            for at in range(0, math.ceil(seconds), 10): f.write(tune(min(10, seconds - at), seed=k + 1000 * at))
    return root


def asked(usual: float, short: float, words: list[str]) -> float:
    "How much a benchmark is to do: a number on its command line, `--short` for what CI runs, or as much as usual."
    if words == ["--short"]: return short
    return type(usual)(words[0]) if words else usual


class Run(NamedTuple):
    status: int
    out: str
    err: str
    seconds: float
    megabytes: float  # most memory of the process, or of one of those it started


def soundcube(root: Path, *words: str, **options) -> Run:
    "`soundcube words`, run in the folder `root`."
    begin = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", "from soundcube.cli import main; main()", *words], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, **options) as p:
        out, err = p.communicate() if not hasattr(os, "wait4") else (p.stdout.read(), p.stderr.read())
        peak = 0.0
        if hasattr(os, "wait4"):
            _, code, usage = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(code)
            peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return Run(p.returncode, out, err, time.perf_counter() - begin, peak)


def train(root: Path, events: Any, epochs: int | None = None, name: str = "model") -> None:
    "Go on training; tell (epoch, loss) after each epoch is saved."
    os.chdir(root)
    from soundcube.net import Net
    with suppress(KeyboardInterrupt):  # of one that has not begun
        net = Net(Net.TRAIN, model_base=name)
        net.train(epochs=epochs, on_epoch=lambda t: events.send((net.epochs, net.history[-1]["loss"])))


def training_context() -> Any:
    "Processes for `start`; what they need is imported once, for all."
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["soundcube.net"])
    return context


def start(context: Any, root: Path, **k: Any) -> tuple[Any, Any]:
    "A process that trains, and what it tells."
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=train, args=(root, there), kwargs=k)
    process.start()
    there.close()
    return process, here


def must_be_same(root: Path, one: str, two: str) -> None:
    "Weights, state of the optimiser and history of two models agree, bit for bit."
    from soundcube.checkpoints import load_checkpoint  # not above: some measure how little memory is needed
    found = [load_checkpoint(root / f"models/{name}.safetensors") for name in (one, two)]
    arrays = [c.weights | {f"optimiser {k}": v for k, v in c.optimiser.items()} for c in found]
    same = arrays[0].keys() == arrays[1].keys() and all((arrays[0][k] == arrays[1][k]).all() for k in arrays[0])
    assert same, "weights differ"
    told = [[{k: v for k, v in h.items() if k != "seconds"} for h in c.progress["history"]] for c in found]
    assert told[0] == told[1], "histories differ"


def leftovers(root: Path) -> list[str]:
    "Temporary files in a project."
    return sorted(str(f.relative_to(root)) for f in root.rglob("*.partial*"))
