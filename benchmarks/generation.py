"""How many times faster than real time music is made: one stream, waveform included, and many takes at once.

    python benchmarks/generation.py [key=value...]

Needs a trained model (soundcube train); the best of several runs counts, after the first chunk.
"""
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from soundcube.config import load_config
from soundcube.net import Net

SECONDS, TAKES, RUNS = 30, 16, 5


def one_stream(net: Net) -> float:
    "Seconds of sound per second: frames, guard, controller and waveform."
    net.start(random_state=1)
    steps = int(SECONDS * net.codec.frame_rate)
    stream = net.stream(steps)
    next(stream)
    begin, samples = time.perf_counter(), 0
    for _, y in stream: samples += len(y)
    return samples / net.codec.rate / (time.perf_counter() - begin)


def many_takes(net: Net) -> float:
    "Seconds of sound, all takes together, per second; the waveforms are made beside each other too."
    net.start(random_state=1, takes=TAKES)
    steps = int(SECONDS * net.codec.frame_rate)
    net.player.play(16)
    begin = time.perf_counter()
    with ThreadPoolExecutor() as pool: list(pool.map(net.codec.decode, net.player.play(steps)))
    return TAKES * SECONDS / (time.perf_counter() - begin)


def main() -> None:
    net = Net(Net.GEN, config=load_config(None, sys.argv[1:]))
    print(f"{sum(w.size for w in net.get_weights()) / 1e6:.2f} M weights, {net.codec.rate} Hz")
    print(f"one stream: {max(one_stream(net) for _ in range(RUNS)):.0f} x real time")
    print(f"{TAKES} takes at once: {max(many_takes(net) for _ in range(RUNS)):.0f} x real time in sum")


if __name__ == "__main__":
    main()
