"""Whatever stands in config.yml or on the command line: a configuration, or one line that says what is wrong.

    python benchmarks/fuzz_config.py [EXAMPLES | --short]

Hypothesis makes up files (YAML of any shape, YAML with our own keys and wild values, damaged copies of the real one, plain noise) and
`key.subkey=value` overrides, 2000 of each kind by default. Anything but a `SoundcubeError` of one short line fails.
"""
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml
from common import asked
from hypothesis import HealthCheck, given, settings, strategies as st

from soundcube.config import KEYS, MAX_BYTES, SECTIONS, find_root, load_config
from soundcube.files import SoundcubeError

WILD = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(max_size=8), st.dates(), st.sampled_from(
    ["${a}", "${oc.env:HOME}", "???", "../x", "/", "\0", "a\nb", "!!python/name:os.system", "0x" + "f" * 5000, "1e999", ".nan", "*a", "&a", "$(ls)", "`ls`", "; ls", [[[[[[[[[[]]]]]]]]]], {1: 2}]))
TREES = st.recursive(WILD, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=8) | st.integers(), v, max_size=3), max_leaves=8)
OWN = st.fixed_dictionaries({}, optional={s: st.dictionaries(st.sampled_from([k.split(".")[1] for k in KEYS if k.startswith(f"{s}.")]), TREES, max_size=4) for s in SECTIONS})
TEXT = (find_root() / "config.yml").read_text(encoding="utf-8")
DAMAGED = st.tuples(st.integers(0, len(TEXT)), st.integers(0, 60), st.text(max_size=20)).map(lambda d: TEXT[:d[0]] + d[2] + TEXT[d[0] + d[1]:])
FILES = dict(shapes=TREES.map(yaml.dump), own=OWN.map(yaml.dump), damaged=DAMAGED, noise=st.text(), bytes=st.binary())
WORDS = st.one_of(st.text(), st.builds("{}={}".format, st.sampled_from([*KEYS, "net.kwargs.units", "batch_size"]) | st.text(max_size=12), TREES.map(lambda v: yaml.dump(v, default_flow_style=True)) | st.text()))


def one_line(outcome: Counter, load) -> None:
    "Whether `load` ends well, or with one line."
    begin = time.perf_counter()
    try: load()
    except SoundcubeError as e:
        outcome["refused"] += 1
        assert "\n" not in str(e) and len(str(e)) < 1000, str(e)
    else: outcome["accepted"] += 1
    assert time.perf_counter() - begin < 10


def main(examples: int = 2000) -> None:
    quietly = settings(max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.yml"
        for name, kind in FILES.items():
            outcome = Counter()
            @quietly
            @given(kind)
            def try_file(text) -> None:
                file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
                one_line(outcome, lambda: load_config(file))
            try_file()
            print(f"files, {name}: {dict(outcome)}", flush=True)
        outcome = Counter()
        @quietly
        @given(st.lists(WORDS, min_size=1, max_size=3))
        def try_words(words) -> None: one_line(outcome, lambda: load_config(None, words))
        try_words()
        print(f"overrides: {dict(outcome)}")
        laughs = "net:\n  kwargs:\n    a: &a [x, x, x]\n" + "".join(f"    {b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefghijklmnop", "bcdefghijklmnopq"))
        for name, text in dict(aliases=laughs, deep="a: " + "[" * 400_000, long=f"net: {{preset: {'x' * 900_000}}}", huge="#" * (MAX_BYTES + 1)).items():
            file.write_text(text)
            outcome = Counter()
            one_line(outcome, lambda: load_config(file))
            print(f"{name}: {dict(outcome)}")


if __name__ == "__main__":
    main(asked(2000, 50, sys.argv[1:]))
