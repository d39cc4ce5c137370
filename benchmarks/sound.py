"""What a trained network sounds like, in figures - and as sound files, for other listeners.

    python benchmarks/sound.py takes FOLDER OUT [key=value...]             16 takes of 90 s for each of 3 sampling seeds
    python benchmarks/sound.py chart FOLDER OUT "Am F C G" [key=value...]  16 takes of 90 s that play these chords
    python benchmarks/sound.py cutup FOLDER OUT [key=value...]             the control: cuts of the training music
    python benchmarks/sound.py codec FOLDER OUT [key=value...]             120 clips, before and after the codec
    python benchmarks/sound.py long FOLDER OUT [key=value...]              8 takes of 10 minutes, 6 clips a minute
    python benchmarks/sound.py curve FOLDER OUT [minutes=1,3,10,30] [music=10,30,100] [key=value...]
                                                                           figures against minutes of training, and of
                                                                           music to train on

Run them in a project whose music is converted; all but `curve` want a trained network. FOLDER holds music that was not
trained on. Every take goes on from 8 s of it (`output.seed_seconds`), from its files in turn, at random places that are
the same in every run. Into OUT go folders of WAVs, whose names are the same for the same seed:

    seeds, followed             what was heard, and what really followed: 10 to 90 s of it
    seed0, seed1, seed2         the takes of each sampling seed; seed0_clips, ...: 10 s of them at 0, 30 and 60 s
    chart_Am_F_C_G, cutup       the same for those commands, with their clips
    music, codec                clips of what followed, and the same clips through the codec
    minute01, minute02, ...     clips of each minute of the long takes
    trained_3, of_10            takes after 3 minutes of training, and of 10 minutes of music, with their clips

They are made for any distance between sets of sounds, chroma meters and transcribers. Printed, a line for each folder:
vary (deviation of the level over seconds, dB), silent (share of the time), flatness (of the spectrum), copied (share of
the time that was in the training music, in any key), width (of stereo: the side's level under the mid's, dB) and, if the
takes say how well they follow what they were told, that.
"""
import math
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soxr

from soundcube.audio import read_audio, write_audio
from soundcube.codec import Codec, mono
from soundcube.config import Config, load_config
from soundcube.data import Store, convert, find_music
from soundcube.files import write_json
from soundcube.fingerprints import RATE, semitones
from soundcube.levels import scaled
from soundcube.measure import follow, health, width
from soundcube.net import Net
from soundcube.origin import trace
from soundcube.reference import Reference, listen, music_bands, refer
from soundcube.takes import Take

TAKES, SECONDS, SAMPLING = 16, 90, 3  # the protocol: takes, their length, sampling seeds
LEAST = 10                            # seconds that must have followed a seed
CLIP, CLIPS_AT = 10, (0, 30, 60)      # seconds of a clip, and where it begins in a take
LONG_TAKES, LONG_MINUTES, LONG_CLIPS = 8, 10, 6
CODEC_CLIPS = 120
PIECE, CROSSFADE = (3, 7), 0.05       # seconds of a piece of a cut-up: from, to; and of what two of them share
MINUTES = "1,3,10,30"


Figures = dict[str, float]  # by name


class Seed(NamedTuple):
    heard: np.ndarray     # sound to go on from
    followed: np.ndarray  # and what really followed


def seeds(folder: Path, count: int, config: Config, rate: int, channels: int = 1) -> list[Seed]:
    "From all files in turn, at random places; where a file allows, with room for a whole take to follow."
    rng, lead = np.random.default_rng(0), round(config.output.seed_seconds * rate)
    music = [read_audio(folder / f, rate, channels=channels) for f in find_music(folder, config.data.source_formats)]
    music = [x for x in music if len(x) >= lead + LEAST * rate]
    if not music:
        sys.exit(f"{folder}: expected sound files of {config.output.seed_seconds + LEAST:g} s or more")
    found = []
    for k in range(count):
        x = music[k % len(music)]
        room = len(x) - lead - SECONDS * rate
        at = int(rng.uniform(0, room if room > 0 else len(x) - lead - LEAST * rate))
        found.append(Seed(x[at:at + lead], x[at + lead:at + lead + SECONDS * rate]))
    return found


def sound_for(codec: Codec, path: Path, start: float = 0.0, seconds: float | None = None) -> np.ndarray:
    "A file, or a part of it, as a codec takes it."
    return read_audio(path, codec.rate, start, seconds, codec.channels)


def reference(net: Net, folder: Path) -> Reference:
    "The training music, to compare with; that of FOLDER says how like it is what was not copied."
    trained, _ = music_bands(net.config)
    files = find_music(folder, net.config.data.source_formats)
    return refer(trained, [semitones([listen(folder / f)]) for f in files])


def inner(net: Net, x: np.ndarray) -> np.ndarray:
    "The frames of a sound without those that reach beyond it, into silence."
    frames, edge = net.codec.encode(x), net.codec.edge
    return frames[edge:len(frames) - edge]


def play(net: Net, found: list[Seed], random_state: int, seconds: float = SECONDS) -> Iterator[tuple[Take, np.ndarray]]:
    "A take from each seed, and `seconds` of its sound."
    c, samples = net.codec, round(seconds * net.codec.rate)
    for k, seed in enumerate(found):
        take = net.gen(math.ceil((samples + c.overlap) / c.hop), inner(net, seed.heard), random_state=random_state + k)
        yield take, take.waveform[:samples]


def write(folder: Path, waves: list[np.ndarray], rate: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for k, x in enumerate(waves):
        write_audio(folder / f"{k:03d}.wav", x, rate)


def write_with_clips(folder: Path, waves: list[np.ndarray], rate: int) -> None:
    "000.wav, ... in `folder`; 000_0.wav, 000_1.wav, 000_2.wav, ... in `folder`_clips, as many as a sound has room for."
    write(folder, waves, rate)
    beside = folder.with_name(f"{folder.name}_clips")
    beside.mkdir(exist_ok=True)
    for k, x in enumerate(waves):
        for n, at in enumerate(CLIPS_AT):
            if len(x) >= (at + CLIP) * rate:
                write_audio(beside / f"{k:03d}_{n}.wav", x[at * rate:(at + CLIP) * rate], rate)


def well(waves: list[np.ndarray], rate: int) -> Figures:
    "Figures of health, means over sounds."
    figures = [(h.vary, h.silent, h.flat) for h in (health(x, rate) for x in waves)]
    found = dict(zip(("vary", "silent", "flatness"), np.mean(figures, axis=0)))
    return found | (dict(width=np.mean([width(x) for x in waves])) if waves[0].ndim == 2 else {})


def copies(waves: list[np.ndarray], rate: int, music: Reference) -> float:
    return float(np.mean([trace(soxr.resample(mono(x), rate, RATE), music).copied for x in waves]))


def follows(takes: list[Take], waves: list[np.ndarray]) -> Figures:
    "How well takes follow what they were told, and what told in random order would score, means; {} if they were told nothing."
    told = [follow(x, t.codec.rate, t.plan) for t, x in zip(takes, waves) if t.plan is not None]
    return {f"follow {k}": np.mean([f[k] for f in told]) for k in told[0]} if told else {}


def show(name: str, figures: Figures) -> None:
    print(f"{name:16s} " + ", ".join(f"{k} {v:.3g}" for k, v in figures.items()), flush=True)


def perform(net: Net, found: list[Seed], music: Reference, folder: Path, random_state: int = 0) -> Figures:
    "Play a take from each seed, write them and their clips, and tell the figures."
    takes, waves = zip(*play(net, found, random_state))
    write_with_clips(folder, waves, net.codec.rate)
    figures = well(waves, net.codec.rate) | dict(copied=copies(waves, net.codec.rate, music)) | follows(takes, waves)
    show(folder.name, figures)
    return figures


def write_seeds(found: list[Seed], out: Path, rate: int) -> Figures:
    "Write what the takes begin with and, as they are, what followed; the figures of that."
    write(out / "seeds", [s.heard for s in found], rate)
    real = [s.followed for s in found]
    write_with_clips(out / "followed", real, rate)
    figures = well(real, rate)
    show("followed", figures)
    return figures


def trained(overrides: tuple[str, ...]) -> Net:
    return Net(Net.GEN, config=load_config(None, overrides))


def takes(folder: Path, out: Path, *overrides: str) -> None:
    net = trained(overrides)
    found, music = seeds(folder, TAKES, net.config, net.codec.rate, net.codec.channels), reference(net, folder)
    write_seeds(found, out, net.codec.rate)
    for s in range(SAMPLING):
        perform(net, found, music, out / f"seed{s}", 1000 * s)


def chart(folder: Path, out: Path, chords: str, *overrides: str) -> None:
    "A chord lasts a bar of four beats at output.tempo: 2 s at 120."
    net = trained((*overrides, f"output.chords={chords}"))
    found = seeds(folder, TAKES, net.config, net.codec.rate, net.codec.channels)
    perform(net, found, reference(net, folder), out / ("chart_" + re.sub(r"[^\w#]+", "_", chords.strip())))


class Piece(NamedTuple):
    source: str
    start: float    # seconds
    seconds: float

    def near(self, other: "Piece") -> bool:
        "Whether they are from the same place, or one goes on where the other ended."
        return self.source == other.source and abs(self.start - other.start) < 2 * PIECE[1]


def pieces(net: Net, rng: np.random.Generator) -> Iterator[Piece]:
    "Pieces of the training music without end, from anywhere, never two from the same place in a row."
    lengths = {t.source: len(t.frames) / net.codec.frame_rate for t in net.tracks[0]}
    lengths = {source: seconds for source, seconds in lengths.items() if seconds > PIECE[1]}
    weights = np.array(list(lengths.values())) / sum(lengths.values())
    def draw_one() -> Piece:
        source, seconds = str(rng.choice(list(lengths), p=weights)), rng.uniform(*PIECE)
        return Piece(source, rng.uniform(0, lengths[source] - seconds), seconds)

    piece = draw_one()
    while True:
        yield piece
        piece = next(p for p in (draw_one() for _ in range(1000)) if not p.near(piece))


def join(a: np.ndarray, b: np.ndarray, n: int) -> np.ndarray:
    "One sound after the other, n samples of them together, of the same power throughout."
    turn = np.linspace(0, np.pi / 2, n, dtype=np.float32)
    return np.concatenate([a[:-n], scaled(a[-n:], np.cos(turn)) + scaled(b[:n], np.sin(turn)), b[n:]])


def cut(net: Net, rng: np.random.Generator) -> np.ndarray:
    "A take's length of pieces of the training music, crossfaded."
    store, rate, sound = Store(net.config), net.codec.rate, np.zeros(0, np.float32)
    for p in pieces(net, rng):
        x = sound_for(net.codec, store.wav(p.source), p.start, p.seconds)
        sound = join(sound, x, round(CROSSFADE * rate)) if len(sound) else x
        if len(sound) >= SECONDS * rate:
            return sound[:SECONDS * rate]


def cutup(folder: Path, out: Path, *overrides: str) -> None:
    "No network plays, all is copied: as far as `copied` is from 1, so much does it miss."
    net, rng = trained(overrides), np.random.default_rng(0)
    waves = [cut(net, rng) for _ in range(TAKES)]
    write_with_clips(out / "cutup", waves, net.codec.rate)
    share = copies(waves, net.codec.rate, reference(net, folder))
    show("cutup", well(waves, net.codec.rate) | dict(copied=share))


def codec(folder: Path, out: Path, *overrides: str) -> None:
    net = trained(overrides)
    c = net.codec
    real = [s.followed[:CLIP * c.rate] for s in seeds(folder, CODEC_CLIPS, net.config, c.rate, c.channels)]
    for name, waves in (("music", real), ("codec", [c.decode(c.encode(x))[:len(x)] for x in real])):
        write(out / name, waves, c.rate)
        show(name, well(waves, c.rate))


def long(folder: Path, out: Path, *overrides: str) -> None:
    net, rng = trained(overrides), np.random.default_rng(0)
    rate, minutes = net.codec.rate, [[] for _ in range(LONG_MINUTES)]
    found = seeds(folder, LONG_TAKES, net.config, rate, net.codec.channels)
    for k, (take, x) in enumerate(play(net, found, 0, 60 * LONG_MINUTES)):
        guarded = [f"{why} at {at} s" for at, why in take.settings.get("guarded", [])]
        print(f"take {k}: stepped in {len(guarded)} times: {', '.join(guarded)}", flush=True)
        for m, clips in enumerate(minutes):
            starts = (60 * (m + rng.uniform(0, 1 - CLIP / 60, LONG_CLIPS)) * rate).astype(int)
            clips += [x[at:at + CLIP * rate] for at in starts]
    for m, clips in enumerate(minutes):
        name = f"minute{m + 1:02d}"
        write(out / name, clips, rate)
        show(name, well(clips, rate))


def other_name(config: Config, name: str) -> Config:
    "The same configuration for a model of another name, so that no one's is lost."
    return config.replace(model_base=f"{config.state.model_base}-{name}")


def learn(net: Net, minutes: float) -> None:
    end = net.train(minutes=minutes)
    if end != "finished":
        sys.exit(f"training: {end}")


def judge(config: Config, folder: Path, out: Path) -> Figures:
    "What the model of this configuration plays, as it is saved now."
    net = Net(Net.GEN, config=config)
    return perform(net, seeds(folder, TAKES, config, net.codec.rate, net.codec.channels), reference(net, folder), out)


def by_training(folder: Path, out: Path, minutes: list[float], overrides: list[str]) -> list[Figures]:
    "Figures after each of these minutes of one training; the learning rate decays to the end of every step."
    config, rows, done = other_name(load_config(None, overrides), "trained"), [], 0.0
    net = Net(Net.ALL, new=True, config=config)
    for m in minutes:
        learn(net, m - done)
        rows.append(dict(minutes=m) | judge(config, folder, out / f"trained_{m:g}"))
        done = m
    return rows


def part_of_music(config: Config, minutes: float, out: Path) -> Config:
    "The configuration for so many minutes of its music, whole files taken at random: linked and converted in `out`."
    store, music, total = Store(config), out / "music", 0.0
    for source in np.random.default_rng(0).permutation(list(store.good)):
        if total >= minutes:
            break
        link = music / source
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            os.symlink((store.music / source).resolve(), link)
        total += store.good[source]["seconds"] / 60
    config = config.replace(source_dir=str(music.resolve()), target_dir=str((out / "data").resolve()))
    convert(config)
    return config


def by_music(folder: Path, out: Path, music: list[float], minutes: float, overrides: list[str]) -> list[Figures]:
    "Figures of trainings of so many minutes, each on another amount of music, codec and all."
    rows = []
    for m in music:
        config = other_name(load_config(None, overrides), f"of-{m:g}")
        config = part_of_music(config, m, out / f"of_{m:g}_converted")
        learn(Net(Net.ALL, new=True, config=config), minutes)
        rows.append(dict(minutes=Store(config).minutes) | judge(config, folder, out / f"of_{m:g}"))
    return rows


def draw(path: Path, rows: list[Figures], real: Figures, label: str) -> None:
    "One panel for each figure, against minutes; dotted: what really followed."
    from matplotlib.figure import Figure
    names = [name for name in rows[0] if name != "minutes"]
    figure, x = Figure(figsize=(3 * len(names), 3), layout="constrained"), [r["minutes"] for r in rows]
    for axes, name in zip(figure.subplots(1, len(names)), names):
        axes.plot(x, [r[name] for r in rows], "o-")
        if name in real:
            axes.axhline(real[name], linestyle=":", color="gray")
        axes.set(xscale="log", xlabel=label, title=name, ylim=(0, None))
        axes.set_xticks(x, [f"{m:.3g}" for m in x])
        axes.minorticks_off()
    figure.savefig(path, dpi=120)


def numbers(words: list[str], name: str, default: str) -> list[float]:
    "Take `name=1,3,10` out of words, the last one counts: [1.0, 3.0, 10.0]."
    mine = [w for w in words if w.startswith(f"{name}=")]
    for w in mine:
        words.remove(w)
    text = mine[-1].partition("=")[2] if mine else default
    return sorted(float(m) for m in text.split(",") if m)


def curve(folder: Path, out: Path, *words: str) -> None:
    overrides = list(words)
    minutes, music = numbers(overrides, "minutes", MINUTES), numbers(overrides, "music", "")
    config = load_config(None, overrides)
    rate = config.data.sample_rate
    real = write_seeds(seeds(folder, TAKES, config, rate, config.data.channels), out, rate)
    results = dict(followed=real, by_training=by_training(folder, out, minutes, overrides))
    write_json(out / "curve.json", results)
    draw(out / "curve.png", results["by_training"], real, "minutes trained")
    if music:
        results["by_music"] = by_music(folder, out, music, minutes[-1], overrides)
        write_json(out / "curve.json", results)
        draw(out / "curve_music.png", results["by_music"], real, "minutes of music")


COMMANDS = dict(takes=takes, chart=chart, cutup=cutup, codec=codec, long=long, curve=curve)


def main() -> None:
    if len(sys.argv) < 4 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    command, folder, out, *rest = sys.argv[1:]
    COMMANDS[command](Path(folder), Path(out), *rest)


if __name__ == "__main__":
    main()
