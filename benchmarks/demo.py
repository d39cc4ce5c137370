"""Can the scale of the demo's tunes be heard in what it plays?

    soundcube demo && python benchmarks/demo.py state.model_base=demo state.play=latest

The share of pitch energy on the major scale that fits best, in windows of ten seconds, as the tunes are in several keys:
in the tunes themselves, in the same notes each moved by a random number of semitones, in noise, and in five new takes of
a minute from the trained model.
"""
import sys

import numpy as np

from soundcube.audio import read_audio
from soundcube.demo import with_own_tunes
from soundcube.config import load_config
from soundcube.net import Net
from soundcube.tunes import TUNES, Tune, in_scale, play, score

RATE, TAKES, WINDOW = 16000, 5, 10  # Hz, takes, seconds


def in_some_scale(x: np.ndarray, rate: int) -> float:
    "Mean of `in_scale` over windows of `x` (n,)."
    n = WINDOW * rate
    return float(np.mean([in_scale(x[k:k + n], rate) for k in range(0, len(x) - n + 1, n)]))


def shuffled(tune: Tune, rng: np.random.Generator) -> np.ndarray:
    "The tune (n,), dry, with each note but the drums moved by up to six semitones."
    notes = [n._replace(pitch=n.pitch + int(rng.integers(-6, 6))) if n.pitch else n for n in score(tune)]
    return play(notes, RATE)


def main() -> None:
    config = with_own_tunes(load_config(None, sys.argv[1:]))
    rng = np.random.default_rng(0)
    files = sorted(config.path(config.data.source_dir).glob("*.flac"))
    net = Net(Net.GEN, config=config)
    steps = 60 * net.codec.rate // net.codec.hop
    shares = dict(
        tunes=[in_some_scale(read_audio(f, RATE), RATE) for f in files],
        shuffled=[in_some_scale(shuffled(t, rng), RATE) for t in TUNES.values()],
        noise=[in_some_scale(rng.standard_normal(60 * RATE), RATE)],
        takes=[in_some_scale(net.gen(steps, random_state=k).waveform, net.codec.rate) for k in range(TAKES)])
    for name, found in shares.items():
        print(f"{name:10s} mean {np.mean(found):.3f}, least {min(found):.3f}, most {max(found):.3f}")


if __name__ == "__main__":
    main()
