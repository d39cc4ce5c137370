"""What a take costs from a cold start: a new process that imports, reads the model, plays, and writes the file.

    python benchmarks/coldstart.py [key=value...]

Needs a trained model (soundcube train). Seconds on the clock, seconds of the processor (which a busy machine does not
change much) and most memory: of a 60 s take played by the kernels, of the same take by a process that imports Keras
and builds its model first, as playing did before it read checkpoints itself, and of importing alone. Numba's compiled
code is kept between processes; what it costs to compile it the first time is the last line.
"""
import os
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

SECONDS, RUNS = 60, 3
PLAY = """
import sys
from soundcube.config import load_config
from soundcube.net import Net, write_take
net = Net(Net.GEN, config=load_config(None, sys.argv[2:]))
{before}
write_take(net, sys.argv[1])
"""
PROCESSES = {
    "python and NumPy": "import numpy",
    "import soundcube.net": "import soundcube.net",
    "a take": PLAY.format(before=""),
    "a take, and Keras": PLAY.format(before="net.model"),
}


class Cost(NamedTuple):
    wall: float
    cpu: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.wall:6.2f} s, {self.cpu:6.2f} s of the processor, {self.megabytes:5.0f} MB"


def cost(code: str, folder: str, words: list[str], **environment: str) -> Cost:
    "Of a new process."
    arguments = [f"{folder}/take.flac", f"output.gen_seconds={SECONDS}", "output.random_state=1", *words]
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], env=os.environ | environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("it needs a trained model: soundcube train")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Cost(time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def main() -> None:
    words = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        cost(PROCESSES["a take"], folder, words)  # compiles what is not compiled yet
        found = {name: [] for name in PROCESSES}
        for _ in range(RUNS):  # in turn, so that all of them have the same neighbours
            for name, code in PROCESSES.items():
                found[name].append(cost(code, folder, words))
        for name, costs in found.items():
            print(f"{name:22s} {Cost(*map(min, zip(*costs)))}")
        first = cost(PROCESSES["a take"], folder, words, NUMBA_CACHE_DIR=f"{folder}/numba")
        print(f"{'the first take of all':22s} {first}")


if __name__ == "__main__":
    main()
