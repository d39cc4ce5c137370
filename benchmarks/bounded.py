"""Memory stays flat as the music and the take grow.

    python benchmarks/bounded.py [MINUTES | --short]

Converts, trains on, and plays projects of MINUTES (20 by default, as much as a codec is fitted on) and of 8
times as many, in processes of their own, and prints the most memory each needed and the ratio. `--short`
takes twice as many: the sample that a codec is fitted on is whole after 20 minutes, and grows up to there.
Training memory includes the pages of the frames' files, which the system takes back when it needs them.
"""
import sys
import tempfile
from pathlib import Path

from common import asked, project, soundcube

TIMES = 8


def peaks(folder: Path, minutes: float, take: float) -> dict[str, float]:
    "MB at most, of each command: two files of music (so that each is long), one epoch, a take."
    root = project(folder, files=2, seconds=30 * minutes, net=dict(model_name="recurrent", kwargs=dict(units=64), batch_size=32, training_epochs=1),
                   data=dict(axes=32, seconds_per_block=2.0), output=dict(gen_seconds=take))
    found = {}
    for command in ("convert", "train", "generate"):
        run = soundcube(root, command)
        assert run.status == 0, run.err
        found[command] = run.megabytes
    return found


def main(minutes: float = 20.0, times: int = TIMES) -> None:
    with tempfile.TemporaryDirectory() as folder:
        small, large = (peaks(Path(folder) / str(k), k * minutes, k * 60) for k in (1, times))
    for command in small:
        what = f"{minutes:g} and {times * minutes:g} minutes of music" if command != "generate" else f"takes of 1 and {times} minutes"
        print(f"{command:9s} {small[command]:5.0f} MB, {large[command]:5.0f} MB: {large[command] / small[command]:.2f} times ({what})")
    assert all(large[c] < 1.3 * small[c] for c in small), "memory grows with the music"


if __name__ == "__main__":
    main(asked(20.0, 20.0, sys.argv[1:]), 2 if sys.argv[1:] == ["--short"] else TIMES)
