"""Can the scale of the demo's tunes be heard in what it plays?

    soundcube demo && python benchmarks/demo.py state.model_base=demo state.play=latest

The share of pitch energy on the white keys, where all ten tunes lie: in the tunes themselves, in the same notes each moved
by a random number of semitones, in noise, and in five new takes of a minute from the trained model.
"""
import sys

import numpy as np

from soundcube.audio import read_audio
from soundcube.cli import with_own_tunes
from soundcube.config import load_config
from soundcube.net import Net
from soundcube.tunes import TUNES, in_scale, play, score

RATE, TAKES = 16000, 5


def main() -> None:
    config = with_own_tunes(load_config(None, sys.argv[1:]))
    rng = np.random.default_rng(0)
    tunes = [in_scale(read_audio(f, RATE), RATE) for f in sorted(config.path(config.data.source_dir).glob("*.flac"))]
    shuffled = [in_scale(play([n._replace(pitch=n.pitch + int(rng.integers(-6, 6))) for n in score(t)], RATE), RATE) for t in TUNES.values()]
    net = Net(Net.GEN, config=config)
    steps = 60 * net.codec.rate // net.codec.hop
    takes = [in_scale(net.gen(steps, random_state=k).waveform, net.codec.rate) for k in range(TAKES)]
    for name, shares in dict(tunes=tunes, shuffled=shuffled, noise=[in_scale(rng.standard_normal(60 * RATE), RATE)], takes=takes).items():
        print(f"{name:10s} mean {np.mean(shares):.3f}, least {min(shares):.3f}, most {max(shares):.3f}")


if __name__ == "__main__":
    main()
