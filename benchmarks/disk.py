"""A full disk, a folder that may not be written, and a folder that vanished: one clear line, and the last good state intact.

    python benchmarks/disk.py [--short]

Linux only, as root: a project lies on a small tmpfs, which is filled, mounted read-only, or loses its `data/`. Without the rights to mount one, it says so and ends.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from collections.abc import Iterator
from pathlib import Path

from common import Run, leftovers, project, soundcube
from soundcube.checkpoints import load_checkpoint


@contextmanager
def small_disk(at: Path) -> Iterator[None]:
    "A file system of 3 MB at a folder."
    at.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(at)], capture_output=True, text=True)
    if done.returncode: raise SystemExit(f"skipped: cannot mount a small disk here ({done.stderr.strip()})")
    try: yield
    finally: subprocess.run(["umount", "-l", str(at)])


@contextmanager
def filled(disk: Path, spare: int = 0) -> Iterator[None]:
    "No room but for `spare` bytes."
    hog = disk / "hog"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    hog.write_bytes(bytes(max(0, free - spare)))
    try: yield
    finally: hog.unlink()


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try: yield
    finally: subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


@contextmanager
def without_data(root: Path) -> Iterator[None]:
    shutil.move(root / "data", root.parent.parent / "data")
    try: yield
    finally: shutil.move(root.parent.parent / "data", root / "data")


def state(root: Path) -> dict[str, bytes]:
    "All that must not change: takes, models, converted music."
    return {str(f): f.read_bytes() for folder in ("music", "data", "models", "output") for f in (root / folder).glob("*") if f.is_file() and not f.name.startswith(".")}


def told(what: str, run: Run, says: str) -> None:
    "Whether a run failed with one line that `says` why."
    print(f"{what:38s} exit {run.status}: {run.err.strip()}")
    assert run.status == 1 and run.err.count("\n") == 1 and says in run.err.lower(), run


def filled_while_training(root: Path, disk: Path) -> None:
    "The disk fills up in the middle of a training."
    p = subprocess.Popen([sys.executable, "-c", "from soundcube.cli import main; main()", "train", "100000"], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         text=True, env=os.environ | dict(PYTHONUNBUFFERED="1"))
    while not p.stdout.readline().startswith("epoch"): pass
    with filled(disk):
        out, err = p.communicate(timeout=60)
        last = [line for line in out.splitlines() if line.startswith("epoch")]
        told("disk fills up while training", Run(p.returncode, out, err, 0, 0), "no space left")
    epoch = load_checkpoint(root / "models/model.safetensors").progress["epoch"]
    print(f"{'':38s} the model of epoch {epoch} loads{f', {last[-1].split(chr(58))[0]} was the last one told' if last else ''}")


def main() -> None:
    if not sys.platform.startswith("linux") or os.geteuid(): raise SystemExit("skipped: needs Linux and root, for a small disk")
    with tempfile.TemporaryDirectory() as folder, small_disk(disk := Path(folder) / "disk"):
        root = project(disk / "p", files=6, seconds=8)
        for command in ("convert", "train", "generate"): assert soundcube(root, command).status == 0
        good = state(root)
        with filled(disk): told("full: train", soundcube(root, "train"), "no space left")
        with filled(disk): told("full: generate", soundcube(root, "generate"), "no space left")
        with filled(disk): told("full: convert", soundcube(root, "convert", "data.sample_rate=11025"), "no space left")
        with filled(disk, 100_000): told("nearly full: convert", soundcube(root, "convert", "data.sample_rate=11025"), "no space left")
        with filled(disk, 10_000): told("nearly full: generate", soundcube(root, "generate"), "no space left")
        assert {k: v for k, v in state(root).items() if "/data/" not in k} == {k: v for k, v in good.items() if "/data/" not in k} and not leftovers(root)
        assert soundcube(root, "convert").status == 0, "conversion does not go on when there is room again"
        good = state(root)
        for command in ("train", "generate", "convert"):
            with read_only(disk): told(f"read-only: {command}", soundcube(root, command, *(["clear"] if command == "convert" else [])), "read-only")
        with without_data(root): told("no data/: train", soundcube(root, "train"), "soundcube convert")
        with without_data(root):  # a model alone can play: it has its codec and its plan in it, and begins with noise
            run = soundcube(root, "generate", "alone.wav")
            assert run.status == 0, run
            print(f"{'no data/: generate':38s} exit 0: plays, from noise")
            (root / "output/alone.wav").unlink()
            (root / "output/alone.wav.json").unlink()
        assert state(root) == good and not leftovers(root)
        filled_while_training(root, disk)
        assert soundcube(root, "train", "1").status == 0 and not leftovers(root)
    print("the last good state was intact each time")


if __name__ == "__main__":
    main()
