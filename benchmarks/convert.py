"""How near `soundcube convert` comes to bare decoding and resampling.

    python benchmarks/convert.py FOLDER

The music in a folder is converted (decoded, mixed, resampled, checked, written as WAV and remembered), and by a loop of PyAV and soxr alone that
throws its samples away, in as many processes, in turns. Prints seconds of both and their ratio; it should stay under 1.3.
"""
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import av
import soxr

from soundcube.config import load_config
from soundcube.data import decode_music, find_music

RATE = 16000


def bare(path: str) -> int:
    "Decode a file, average its channels, resample; the number of samples."
    samples, stream = 0, None
    with av.open(path) as container:
        to_float = av.AudioResampler("fltp")
        for frame in container.decode(audio=0):
            for f in to_float.resample(frame):
                x = f.to_ndarray().mean(0, dtype="float32")
                stream = stream or soxr.ResampleStream(f.sample_rate, RATE, 1, dtype="float32", quality="HQ")
                samples += len(stream.resample_chunk(x))
    return samples


def bare_all(folder: Path, files: list[str]) -> tuple[float, float]:
    "(seconds taken, minutes of music)"
    begin = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool: samples = sum(pool.map(bare, [str(folder / f) for f in files]))
    return time.perf_counter() - begin, samples / RATE / 60


def ours(folder: Path) -> tuple[float, float]:
    "(seconds taken, minutes of music)"
    with tempfile.TemporaryDirectory() as data:
        config = load_config(None, source_dir=str(folder.resolve()), target_dir=data, sample_rate=RATE)
        begin = time.perf_counter()
        report = decode_music(config)
        return time.perf_counter() - begin, report.minutes


def main(folder: str = "music", turns: str = "3") -> None:
    config, music = load_config(), Path(folder)
    files = sorted(find_music(music, config.data.source_formats), key=lambda f: -(music / f).stat().st_size)
    if not files: raise SystemExit(f"no music in {music}")
    best = {}
    for _ in range(int(turns)):  # in turn, so that whatever else runs here disturbs both
        for name, run in dict(bare=lambda: bare_all(music, files), soundcube=lambda: ours(music)).items():
            best[name] = min(best.get(name, (1e9, 0)), run())
    for name, (seconds, minutes) in best.items(): print(f"{name:10s} {seconds:6.2f} s for {minutes:.1f} minutes of music in {len(files)} files, {60 * minutes / seconds:.0f} x real time")
    print(f"ratio {best['soundcube'][0] / best['bare'][0]:.2f} (bar: 1.3)")


if __name__ == "__main__":
    main(*sys.argv[1:])
