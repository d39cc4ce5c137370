"""How wide is what a network plays that was trained on wide music?

    python benchmarks/stereo.py FOLDER [tunes=4] [minutes=3] [key=value...]

Makes a project in FOLDER, an empty or new one: the demo's tunes, each voice with its own place between left and right
and a room around it; converts them, trains, and plays four takes of 30 s. Printed for each set of sounds: width, the
side's level under the mid's in dB; left, the left's level over the right's; place, the mean over ERB bands of how far
the louder channel is over the other, dB. The tunes through the codec are a line of their own.
"""
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy.signal import butter, oaconvolve, sosfilt

from soundcube.audio import read_audio, write_audio
from soundcube.codec import mid_side
from soundcube.config import Config
from soundcube.data import Store, convert
from soundcube.levels import Limiter
from soundcube.measure import width
from soundcube.net import Net, write_take
from soundcube.panning import band_powers, erb_bands
from soundcube.stft import stft
from soundcube.tunes import POWER, TUNES, Tune, play, score

PLACES = (-0.8, 0.8, -0.3, 0.4, 0.0)     # from the left, -1, to the right, of voices in turn
MIDDLE = {"bass", "kick", "snare"}
TAKES, SECONDS = 4, 30


def echo(x: np.ndarray, rate: int, seed: int) -> np.ndarray:
    "What a room gives back of x (n,): noise that decays in 1.3 s, 13 dB under what was played."
    t = np.arange(round(1.3 * rate)) / rate
    noise = np.random.default_rng(seed).standard_normal(len(t)) * 10 ** (-3 * t / 1.3) * np.minimum(1, t / 0.02)
    tail = sosfilt(butter(1, 2500, fs=rate, output="sos"), noise)
    return oaconvolve(x, 0.22 * tail / np.sqrt(np.square(tail).sum()))


def panned(tune: Tune, rate: int) -> np.ndarray:
    "A tune with its voices from left to right, in a room of two sides, (n, 2) float32."
    notes = score(tune)
    voices = {v: [n for n in notes if n.voice == v] for v in sorted({n.voice for n in notes})}
    places = dict.fromkeys(voices, 0.0) | {v: PLACES[k % 5] for k, v in enumerate(sorted(voices.keys() - MIDDLE))}
    sounds = {v: play(own, rate) for v, own in voices.items()}
    both = np.zeros((max(map(len, sounds.values())), 2), np.float32)
    for voice, x in sounds.items():
        angle = np.pi / 4 * (1 + places[voice])
        both[:len(x)] += x[:, None] * np.float32([np.cos(angle), np.sin(angle)])
    wet = np.stack([echo(both.mean(1), rate, seed) for seed in (0, 1)], 1)
    wet[:len(both)] += both
    wet = (wet * POWER / np.sqrt(np.square(wet).mean())).astype(np.float32)
    limiter = Limiter(rate, channels=2)
    return np.concatenate([limiter.push(wet), limiter.flush()])


def level(x: np.ndarray) -> float:
    return float(10 * np.log10(np.square(x, dtype=float).mean() + 1e-12))


def place(x: np.ndarray, rate: int) -> float:
    "Mean, weighted by the root of their power, of how far one channel is over the other in bands and windows, dB."
    n = 1 << round(np.log2(0.064 * rate))
    powers = band_powers(*(stft(part, n, n // 4) for part in mid_side(x, 2)), erb_bands(rate, n)) + 1e-6
    left, right = np.split(powers, 2, 1)
    weight = np.sqrt(left + right)
    return float((weight * np.abs(10 * np.log10(left / right))).sum() / weight.sum())


def show(name: str, waves: Iterable[np.ndarray], rate: int) -> None:
    rows = [(width(x), level(x[:, 0]) - level(x[:, 1]), place(x, rate)) for x in waves]
    print(f"{name:8s} width {{:+.2f}} dB, left {{:+.2f}} dB, place {{:.2f}} dB".format(*np.mean(rows, 0)), flush=True)


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    folder, own = Path(sys.argv[1]).resolve(), dict(tunes="4", minutes="3")
    asked = dict(w.partition("=")[::2] for w in sys.argv[2:])
    count, minutes = (float(asked.pop(k, v)) for k, v in own.items())
    config = Config(root=str(folder)).replace({"data.channels": 2, "net.preset": "demo"} | asked)
    rate, music = config.data.sample_rate, folder / "music"
    music.mkdir(parents=True, exist_ok=True)
    for name, tune in list(TUNES.items())[:int(count)]:
        if not (music / f"{name}.flac").exists():
            write_audio(music / f"{name}.flac", panned(tune, rate), rate)
    convert(config)
    net, store = Net(Net.ALL, new=True, config=config), Store(config)
    tunes = [read_audio(store.wav(s), rate, channels=2) for s in store.good]
    show("music", tunes, rate)
    show("codec", [net.codec.decode(net.codec.encode(x))[:len(x)] for x in tunes], rate)
    print(f"trained: {net.train(minutes=minutes)}, {net.progress.steps} steps, {net.epochs} epochs", flush=True)
    player = Net(Net.GEN, config=config.replace(gen_seconds=SECONDS, fade_in=0.0, fade_out=0.0))
    paths = [folder / "output" / f"{k}.flac" for k in range(TAKES)]
    for path in paths:
        path.unlink(missing_ok=True)
        write_take(player, path)
    show("takes", [read_audio(p, rate, channels=2) for p in paths], rate)


if __name__ == "__main__":
    main()
