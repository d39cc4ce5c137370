"""What a trained network sounds like, in figures - and as clips, for other listeners.

    python benchmarks/sound.py clips FOLDER OUT [key=value...]    40 clips of 10 s for each of 3 sampling seeds
    python benchmarks/sound.py long FOLDER OUT [key=value...]     8 takes of 10 minutes, 6 clips of 10 s from every minute
    python benchmarks/sound.py codec FOLDER OUT [key=value...]    120 clips of the music itself, as they were and through the codec

FOLDER holds music that was not trained on; every clip is seeded from it. OUT gets a folder of WAVs for each sampling
seed, or for each minute, made to be compared with FOLDER by any distance between sets of sounds.
Printed: deviation of the level over seconds (and the music's own), silence, passages copied from the training music.
"""
import sys
from pathlib import Path

import numpy as np

from soundcube.audio import read_audio, write_audio
from soundcube.config import load_config
from soundcube.data import Track
from soundcube.measure import copied, health
from soundcube.net import Net

CLIPS, SEEDS, SECONDS, TAKES, MINUTES = 40, 3, 10, 8, 10


def seeds(net: Net, folder: Path, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    "From all files in turn, at random places: the frames to go on from, and the sound that really followed."
    files, rng, rate = sorted(f for f in folder.iterdir() if f.is_file()), np.random.default_rng(0), net.codec.rate
    music, found = {}, []
    lead, edge = net.config.output.seed_seconds, net.codec.edge
    for k in range(count):
        f = files[k % len(files)]
        if f not in music: music[f] = read_audio(f, rate)
        at = int(rng.uniform(0, len(music[f]) - (lead + SECONDS) * rate))
        x = music[f][at:at + int((lead + SECONDS) * rate)]
        frames = net.codec.encode(x[:int(lead * rate)])
        found.append((frames[edge:len(frames) - edge], x[int(lead * rate):]))
    return found


def describe(name: str, waves: list[np.ndarray], rate: int, extra: str = "") -> None:
    h = [health(y, rate) for y in waves]
    print(f"{name:12s} vary {np.mean([x.vary for x in h]):.2f} dB, silent {np.mean([x.silent for x in h]):.3f}, flatness {np.mean([x.flat for x in h]):.4f}{extra}", flush=True)


def clips(net: Net, folder: Path, out: Path) -> None:
    found, rate = seeds(net, folder, CLIPS), net.codec.rate
    describe("music", [y for _, y in found], rate)
    held_out = [Track(f.name, net.codec.encode(read_audio(f, rate))) for f in sorted(folder.iterdir()) if f.is_file()]
    for s in range(SEEDS):
        takes = [net.gen(SECONDS * rate // net.codec.hop, frames, random_state=1000 * s + k) for k, (frames, _) in enumerate(found)]
        copies = copied(np.concatenate([t.frames for t in takes]), net.tracks[0], held_out, net.codec.frames_per_second)
        waves = [t.waveform for t in takes]
        describe(f"seed {s}", waves, rate, f", copied {copies:.4f}")
        for k, y in enumerate(waves): write_audio(out / f"seed{s}" / f"{k:02d}.wav", y, rate)


def long(net: Net, folder: Path, out: Path) -> None:
    rate, rng, minutes = net.codec.rate, np.random.default_rng(0), [[] for _ in range(MINUTES)]
    for k, (frames, _) in enumerate(seeds(net, folder, TAKES)):
        net.start(frames, random_state=k)
        y = np.concatenate([y for _, y in net.stream(MINUTES * 60 * rate // net.codec.hop)])
        print(f"take {k}: guard stepped in {len(net.guard.acted) if net.guard else 0} times: {[why for _, why in net.guard.acted] if net.guard else ''}", flush=True)
        for m in range(MINUTES): minutes[m] += [y[int((60 * m + at) * rate):][:SECONDS * rate] for at in rng.uniform(0, 60 - SECONDS - 1, 6)]
    for m, waves in enumerate(minutes):
        describe(f"minute {m + 1}", waves, rate)
        for k, y in enumerate(waves): write_audio(out / f"minute{m + 1:02d}" / f"{k:02d}.wav", y, rate)


def codec(net: Net, folder: Path, out: Path) -> None:
    rate, waves = net.codec.rate, [y for _, y in seeds(net, folder, CLIPS * SEEDS)]
    for name, sounds in (("music", waves), ("codec", [net.codec.decode(net.codec.encode(y))[:len(y)] for y in waves])):
        describe(name, sounds, rate)
        for k, y in enumerate(sounds): write_audio(out / name / f"{k:03d}.wav", y, rate)


def main() -> None:
    what, folder, out, *overrides = sys.argv[1:]
    net = Net(Net.GEN, config=load_config(None, overrides))
    parts = dict(clips=[f"seed{s}" for s in range(SEEDS)], long=[f"minute{m + 1:02d}" for m in range(MINUTES)], codec=["music", "codec"])
    for part in parts[what]: (Path(out) / part).mkdir(parents=True, exist_ok=True)
    dict(clips=clips, long=long, codec=codec)[what](net, Path(folder), Path(out))


if __name__ == "__main__":
    main()
