"""Whether copied music is found, whether other music is not, and how long that takes.

    python benchmarks/origin.py MUSIC HELD_OUT [PIECES]

MUSIC is converted into a temporary folder, as for training; HELD_OUT is other music of its kind. PIECES (6) of each
length are cut out of MUSIC and pasted into HELD_OUT, as they are and otherwise. Found is a piece if there is a match at
its second of the take, within half a second, that names its file; `at its place` if it names its second, too, and not
another at which the music repeats itself. `off` are matches elsewhere in the take. Controls: HELD_OUT itself, of which
nothing is copied, and cut-ups of MUSIC, of which all is. Printed besides: seconds (of the clock, and of the processors)
and peak memory. Aim: 20 s for 100 minutes, memory flat.
"""
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soxr

from soundcube.config import load_config
from soundcube.data import decode_music, find_music
from soundcube.fingerprints import RATE
from soundcube.origin import Origin, trace
from soundcube.reference import Reference, listen, trained_music

LENGTHS, AROUND = (2, 4, 8), 4  # seconds of a piece, and of other music on both sides
PART, CUT = 30, 5               # seconds of held-out music and of a cut-up; of a cut


def timed(name: str, run: Callable[[], object]) -> object:
    begin, cpu = time.perf_counter(), time.process_time()
    value = run()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    print(f"{name:42s} {seconds:6.1f} s, {cpu:6.1f} s of processors, peak {megabytes:.0f} MB", flush=True)
    return value


def shifted(x: np.ndarray, semitones: int) -> np.ndarray:
    "Higher, of the same length: a pitch shifter with windows of 64 ms that overlap (phase vocoder by librosa)."
    import librosa

    return librosa.effects.pitch_shift(x, sr=RATE, n_steps=semitones)


def ways(x: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    noise = rng.standard_normal(len(x)).astype(np.float32) * x.std()
    yield "as it was", x
    yield "6 dB down", x / 2
    yield "noise at -20 dB", x + 0.1 * noise
    yield "noise at -10 dB", x + 0.316 * noise
    yield "a tone higher", shifted(x, 2)
    yield "a tone higher, faster", soxr.resample(x, RATE, RATE * 2 ** (-2 / 12))


def anywhere(sounds: dict[str, np.ndarray], seconds: float, rng: np.random.Generator) -> tuple[str, int, np.ndarray]:
    "A piece of some sound that is not silent: (name, its first sample, samples)."
    n = round(seconds * RATE)
    while True:
        name = str(rng.choice([k for k, x in sounds.items() if len(x) > n]))
        first = int(rng.integers(len(sounds[name]) - n))
        piece = sounds[name][first:first + n]
        if np.sqrt(np.square(piece).mean()) > 0.003:
            return name, first, piece


def found(origin: Origin, name: str, at: float, seconds: float) -> tuple[bool, bool, int]:
    "(whether the piece from second `at` of `name` was found at AROUND, whether at its place, matches elsewhere)"
    there, exact, off = False, False, 0
    for m in origin.matches:
        middle = m.start + m.seconds / 2
        inside = AROUND - 0.5 < m.start and m.start + m.seconds < AROUND + seconds + 0.5
        slope = 2 ** (m.semitones / 12) if m.faster else 1
        there |= inside and m.source == name
        exact |= inside and m.source == name and abs(m.at - (at + (m.start - AROUND) * slope)) < 0.5
        off += not AROUND - 0.5 < middle < AROUND + seconds + 0.5
    return there, exact, off


def pasted(music: Reference, trained: dict, others: dict, pieces: int) -> None:
    print(f"\npieces of training music, {AROUND} s of held-out music on both sides, {pieces} of each:")
    rng, table = np.random.default_rng(0), {}
    for seconds in LENGTHS:
        for _ in range(pieces):
            name, first, piece = anywhere(trained, seconds, rng)
            before, after = (anywhere(others, AROUND, rng)[2] for _ in range(2))
            for way, x in ways(piece, rng):
                origin = trace(np.concatenate([before, x, after]), music)
                length = origin.longest.seconds / (len(x) / RATE) if origin.longest else 0.0
                row = *found(origin, name, first / RATE, len(x) / RATE), length
                table.setdefault((way, seconds), []).append(row)
    for way in dict.fromkeys(way for way, _ in table):
        rows = [(seconds, np.array(table[way, seconds], float)) for seconds in LENGTHS]
        cells = [f"{s} s: {r[:, 0].mean():4.0%} found ({r[:, 1].mean():4.0%} at its place), {r[:, 3].mean():.2f} of it,"
                 f" {r[:, 2].sum():.0f} off" for s, r in rows]
        print(f"  {way:24s}" + "; ".join(cells), flush=True)


def controls(music: Reference, trained: dict, others: dict, pieces: int) -> None:
    rng = np.random.default_rng(1)
    print(f"\nheld-out music, {PART} s of each file:")
    for name, x in others.items():
        middle = max(0, len(x) // 2 - PART * RATE // 2)
        print(f"  {name:32s} {trace(x[middle:middle + PART * RATE], music)}", flush=True)
    cuts = [np.concatenate([anywhere(trained, CUT, rng)[2] for _ in range(PART // CUT)]) for _ in range(pieces // 2)]
    print(f"cut-ups of the training music, {CUT} s each: " + ", ".join(f"{trace(x, music).copied:.0%}" for x in cuts))


def main(folder: str, held_out: str, pieces: str = "6") -> None:
    with tempfile.TemporaryDirectory() as data:
        config = load_config(None, source_dir=str(Path(folder).resolve()), target_dir=data)
        print(f"{decode_music(config).minutes:.0f} minutes of music")
        music = timed("reading the music, held-out music's chance", lambda: trained_music(config))
    print(f"chance (held-out windows): median {np.median(music.chance):.2f}, most {music.chance.max():.2f}; "
          f"line {music.line:.2f}")
    trained = {source: listen(Path(folder, source)) for source in music.sources}
    others = {f: listen(Path(held_out, f)) for f in find_music(Path(held_out), config.data.source_formats)}
    _, _, minute = anywhere(others, 60, np.random.default_rng(2))
    timed("a take of a minute", lambda: trace(minute, music))
    pasted(music, trained, others, int(pieces))
    controls(music, trained, others, int(pieces))


if __name__ == "__main__":
    main(*sys.argv[1:])
