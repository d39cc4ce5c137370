"""Broken and malicious sound files cannot harm a conversion.

    python benchmarks/fuzz_audio.py [FILES | --short]

Small WAV, FLAC, MP3, Ogg and M4A files are damaged (2000 of them by default): bits flipped anywhere and in the header, ends cut off,
numbers of a header set to their extremes (rate 0, 255 channels, sizes of gigabytes), parts doubled, swapped with other formats, and hours of
silence in a few kilobytes. They go through `soundcube convert` in batches. Every file must be converted or named with its reason in one line;
no batch may fail, no file may keep a worker busy for ever, and no worker may take more than 1 GB of memory.
"""
import random
import re
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np

from common import asked, leftovers, tune
from soundcube.audio import write_audio
from soundcube.config import load_config
from soundcube.data import Store, decode_music

ENDINGS, BATCH, LIMIT = ("wav", "flac", "mp3", "ogg", "m4a"), 100, 60.0  # files, seconds for each
EXTREMES = [0, 1, 255, 0x7F, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 192000, 768001]


def seeds(folder: Path) -> dict[str, bytes]:
    "A second and a half of stereo in every format."
    x = np.stack([tune(1.5, 22050, 1), tune(1.5, 22050, 2)], 1)
    return {e: write_audio(folder / f"seed.{e}", x, 22050, metadata=dict(title="seed")).read_bytes() for e in ENDINGS}


def silence(folder: Path, hours: int) -> dict[str, bytes]:
    "Much silence in a small file: MP3 and Ogg may be strung together."
    minute = {e: write_audio(folder / f"bomb.{e}", np.zeros(60 * 8000, np.float32), 8000).read_bytes() for e in ("mp3", "ogg")}
    return {e: 60 * hours * data for e, data in minute.items()}


def wav_header(chance: random.Random) -> bytes:
    "A WAV whose header says anything."
    n = chance.choice
    head = struct.pack("<HHIIHH", n([0, 1, 3, 7, 17, 0x55, 0xFFFE]), n([0, 1, 2, 255, 65535]), n([0, 1, 8000, 768001, 2**32 - 1]), n(EXTREMES) % 2**32,
                       n([0, 1, 4, 65535]), n([0, 1, 8, 16, 24, 32, 64, 65535]))
    return b"RIFF" + struct.pack("<I", n(EXTREMES) % 2**32) + b"WAVEfmt " + struct.pack("<I", n([16, 18, 40, 2**31 - 1])) + head + b"data" + struct.pack("<I", n(EXTREMES) % 2**32) + chance.randbytes(5000)


def damaged(good: dict[str, bytes], chance: random.Random) -> tuple[str, str, bytes]:
    "(how, ending, bytes) of a file with something wrong."
    ending, how = chance.choice(ENDINGS), chance.choice(["bits", "header bits", "cut", "extreme", "doubled", "swapped", "noise", "wav header"])
    data = bytearray(good[ending])
    where = range(len(data)) if how in ("bits", "noise") else range(min(len(data), 600))
    if how in ("bits", "header bits"):
        for _ in range(chance.randint(1, 40)): data[chance.choice(where)] ^= 1 << chance.randrange(8)
    elif how == "cut": del data[chance.randrange(len(data)):]
    elif how == "extreme":
        for _ in range(chance.randint(1, 4)):
            size, order = chance.choice([1, 2, 4]), chance.choice(["little", "big"])
            at = chance.choice(where)
            data[at:at + size] = (chance.choice(EXTREMES) % 256**size).to_bytes(size, order)
    elif how == "doubled":
        a, b = sorted(chance.choices(where, k=2))
        data[b:b] = data[a:b] * chance.randint(1, 50)
    elif how == "swapped": data[chance.randrange(len(data)):] = good[chance.choice(ENDINGS)]
    elif how == "noise":
        a, b = sorted(chance.choices(where, k=2))
        data[a:b] = chance.randbytes(b - a)
    else: ending, data = "wav", wav_header(chance)
    return how, ending, bytes(data)


def watch_memory(most: dict[int, float], done: threading.Event) -> None:
    "Note the peak memory, in MB, of every process below this one (Linux)."
    while not done.wait(0.05):
        for task in Path("/proc/self/task").glob("*/children"):
            for child in task.read_text().split():
                try: found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child}/status").read_text())
                except OSError: continue
                if found: most[int(child)] = max(most.get(int(child), 0), int(found[1]) / 1e3)


def convert(root: Path, config_hours: float) -> tuple[Counter, float]:
    "Convert all of a folder; what came of it, and the seconds it took."
    config = load_config(None, sample_rate=8000, seconds_per_file=LIMIT, hours_per_file=config_hours).at(root)
    begin = time.time()
    report = decode_music(config)
    outcome, files = Counter(), {f.name for f in (root / "music").iterdir()}
    assert set(report.converted) | set(report.skipped) == files, "some file is neither converted nor reported"
    for source, why in report.skipped.items():
        assert why and "\n" not in why, (source, why)
        outcome["too slow" if "took longer" in why else "crashed" if "crashed" in why else "too large" if "memory" in why else "refused"] += 1
    for source in report.converted:
        assert Store(config).wav(source).stat().st_size >= 44
        outcome["converted with a note" if source in report.notes else "converted"] += 1
    assert str(report).count("\n") == len(report.notes | report.skipped) and not leftovers(root)
    return outcome, time.time() - begin


def main(files: int = 2000) -> None:
    chance, total, slowest, most, done = random.Random(0), Counter(), 0.0, {}, threading.Event()
    threading.Thread(target=watch_memory, args=(most, done), daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        good = seeds(Path(folder))
        for first in range(0, files, BATCH):
            root = Path(folder) / str(first)
            (root / "music").mkdir(parents=True)
            for k in range(first, min(first + BATCH, files)):
                how, ending, data = damaged(good, chance)
                (root / "music" / f"{k:05d} {how}.{ending}").write_bytes(data)
            outcome, seconds = convert(root, 0.5)
            total += outcome
            slowest = max(slowest, seconds)
            if sys.stdout.isatty() or first % 500 == 0: print(f"{first + BATCH} files, {dict(total)}", flush=True)
        root = Path(folder) / "bombs"
        (root / "music").mkdir(parents=True)
        bombs = silence(Path(folder), 3)
        for ending, data in bombs.items(): (root / "music" / f"bomb.{ending}").write_bytes(data)
        outcome, seconds = convert(root, 12)
    done.set()
    print(f"{files} files: {', '.join(f'{n} {what}' for what, n in total.most_common())}; slowest batch of {BATCH}: {slowest:.0f} s")
    print(f"3 hours of silence in {', '.join(f'{len(d) / 1e6:.1f} MB of {e}' for e, d in bombs.items())}: {dict(outcome)} in {seconds:.0f} s")
    print(f"most memory of a worker: {max(most.values()):.0f} MB")
    assert max(most.values()) < 1000


if __name__ == "__main__":
    main(asked(2000, 50, sys.argv[1:]))
