"""The shape of the house: chapters in order, imports downwards only, every module from a chapter, no outputs in git,
lines that fit a page, short functions and modules, nothing that nobody uses."""
import ast
import io
import json
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from soundcube.house import imported as imported_rooms

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "nbs").glob("[0-9][0-9]*_*.ipynb"))
PAGES = sorted((ROOT / "nbs").glob("*.ipynb"))
MODULES = sorted(p for p in (ROOT / "soundcube").glob("*.py") if p.stem not in ("__init__", "_modidx"))
SCRIPTS = sorted((ROOT / "soundcube").glob("*.js"))
STYLES = sorted((ROOT / "soundcube").glob("*.css"))

# Old sins, by rule. The lists can only shrink: who mends a file takes it out, a file that is not there must hold.
EXCEPTIONS: dict[str, set[str]] = {
    "350 lines": {
        "tunes.py",
    },
}


def cells(notebook: Path, kind: str = "code") -> list[str]:
    book = json.loads(notebook.read_text(encoding="utf-8"))
    return ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == kind]


def module_of(notebook: Path) -> str | None:
    found = re.search(r"^#\| default_exp (\w+)", "\n".join(cells(notebook)), re.M)
    return found and found[1]


PLACE = {n: place for place, n in enumerate(CHAPTERS)}
NUMBER = {module_of(n): PLACE[n] for n in CHAPTERS if module_of(n)}


def python(code: str) -> str:
    "A cell's Python, without lines for the shell or for IPython."
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in code.splitlines())


def imported(code: str) -> set[str]:
    "Names of soundcube's modules that `code` imports."
    return imported_rooms(python(code)) & set(NUMBER)


@pytest.mark.parametrize("notebook", CHAPTERS, ids=lambda n: n.stem)
def test_imports_only_downwards(notebook: Path) -> None:
    "Exported code imports from lower numbers only; tests may use what is there, the chapter's own module included."
    own = PLACE[notebook]
    up = {name for code in cells(notebook) for name in imported(code) if NUMBER[name] > own}
    assert not up, f"{notebook.name} imports upwards: {', '.join(sorted(up))}"


def test_every_module_has_its_chapter() -> None:
    modules = {p.stem for p in (ROOT / "soundcube").glob("*.py")} - {"__init__", "_modidx"}
    assert modules == set(NUMBER)


def test_quick_rooms_stay_quick() -> None:
    "Nothing below the backend imports Keras or TensorFlow, so that the command line answers at once."
    for notebook in CHAPTERS:
        if PLACE[notebook] < NUMBER["backend"]:
            exported = "\n".join(c for c in cells(notebook) if c.startswith("#| export"))
            assert not re.search(r"^\s*(import|from) (keras|tensorflow|jax)", exported, re.M), notebook.name


def imported_at_once(module: Path) -> set[str]:
    "Names of soundcube's modules that a module imports when it is imported: not in functions, not for type checkers."
    waiting, found = [*ast.parse(module.read_text(encoding="utf-8")).body], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= imported_rooms(ast.unparse(node))
        elif not isinstance(node, ast.FunctionDef) and "TYPE_CHECKING" not in ast.unparse(getattr(node, "test", node)):
            waiting += [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt)]
    return found & set(NUMBER)


@pytest.mark.parametrize("room", ["net", "kernels", "playing", "performer", "commands", "sessions", "live", "widgets"])
def test_playing_needs_no_keras(room: str) -> None:
    "No room that plays, and none of those that it imports, opens the backend before somebody trains."
    reached, waiting = set(), [room]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += imported_at_once(ROOT / "soundcube" / f"{name}.py")
    assert "backend" not in reached


@pytest.mark.parametrize("notebook", PAGES, ids=lambda n: n.stem)
def test_no_outputs(notebook: Path) -> None:
    book = json.loads(notebook.read_text(encoding="utf-8"))
    assert not any(c.get("outputs") for c in book["cells"]) and "widgets" not in book["metadata"]


def test_links_lead_somewhere() -> None:
    "Chapters and README link only to files that exist."
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]:
        text = "\n".join(cells(page, "markdown")) if page.suffix == ".ipynb" else page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(((?!https?:|#)[^)\s]+)\)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_librosa_in_one_chapter() -> None:
    """On import it compiles into a cache that all processes share; two that do so at once leave code behind that
    crashes. Chapters are tested side by side."""
    found = [n.name for n in CHAPTERS if re.search(r"^\s*(import|from) .*\blibrosa\b", "\n".join(cells(n)), re.M)]
    assert len(found) <= 1, found


def holds(rule: str, broken: dict[str, list[str]]) -> None:
    "No file breaks a rule but its exceptions, and those do; `broken`: by file, where."
    excused = EXCEPTIONS.get(rule, set())
    new = {name: where[:5] for name, where in broken.items() if where and name not in excused}
    assert not new, f"{rule}: {new}"
    mended = excused - {name for name, where in broken.items() if where}
    assert not mended, f"{rule}: hold now; take them out of EXCEPTIONS: {mended}"


def test_lines_fit_a_page() -> None:
    "At most 120 columns in code."
    texts = {p.name: cells(p) for p in PAGES}
    texts |= {p.name: [p.read_text(encoding="utf-8")] for p in [*SCRIPTS, *STYLES, *(ROOT / "tests").glob("**/*.py")]}
    wide = {name: [line[:60] for code in codes for line in code.splitlines() if len(line) > 120]
            for name, codes in texts.items()}
    holds("120 columns", wide)


def stacked(code: str) -> Iterator[str]:
    "Lines of `code` on which a statement follows a `;`."
    tokens = list(tokenize.generate_tokens(io.StringIO(python(code)).readline))
    for token, after in zip(tokens, tokens[1:]):
        if token.type == tokenize.OP and token.string == ";":
            if after.type not in (tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT, tokenize.ENDMARKER):
                yield token.line.strip()[:60]


def test_one_statement_a_line() -> None:
    "A `;` at the end, which keeps a picture from being named, is no statement."
    holds("one statement a line", {p.name: [line for code in cells(p) for line in stacked(code)] for p in PAGES})


def test_modules_are_short() -> None:
    lengths = {p.name: len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    holds("350 lines", {name: [str(n)] * (n > 350) for name, n in lengths.items()})


def test_classes_are_flat() -> None:
    "No class has a base made here that has a base made here."
    bases, home = {}, {}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = [b.id for b in node.bases if isinstance(b, ast.Name)]
                home[node.name] = module.name
    deep: dict[str, list[str]] = {module.name: [] for module in MODULES}
    for name, own in bases.items():
        if any(b in bases and any(c in bases for c in bases[b]) for b in own):
            deep[home[name]].append(name)
    holds("one base", deep)


def functions(script: str) -> Iterator[tuple[str, int]]:
    "The functions of a JavaScript file, and how many lines each has, by how they are indented."
    lines = script.splitlines()
    kinds = r"function\b.*|\w+\s*=.*=>\s*|const \w+ = .*=>\s*|[\w$]+\(.*\)\s*"
    opens = re.compile(rf"\s*(export |default |async |static )*({kinds})\{{$")
    for first, line in enumerate(lines):
        if not opens.match(line) or re.match(r"\s*(if|for|while|switch|catch|else)\b", line):
            continue
        indent = len(line) - len(line.lstrip())
        closes = (k for k, other in enumerate(lines[first + 1:], first + 1) if re.match(rf"\s{{{indent}}}\}}", other))
        yield line.strip(), next(closes, first) - first + 1


def test_functions_are_found() -> None:
    script = ["export function a(x) {", "  const b = (y) => {", "    z();", "  };", "}",
              "class C {", "  push(x) {", "    if (x) {", "    }", "  }", "}"]
    assert [n for _, n in functions("\n".join(script))] == [5, 3, 4]


def test_scripts_have_short_functions() -> None:
    found = {p.name: functions(p.read_text(encoding="utf-8")) for p in SCRIPTS}
    long = {name: [f"{line}: {n} lines" for line, n in own if n > 60] for name, own in found.items()}
    holds("60 lines a function", long)


def defined(tree: ast.Module) -> Iterable[str]:
    "Names that a module makes at its top level: functions, classes, constants."
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (name.id for t in node.targets for name in ast.walk(t) if isinstance(name, ast.Name))


def taken(tree: ast.Module) -> Iterable[str]:
    "Names that a module imports."
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (a.asname or a.name.split(".")[0] for a in node.names)


def test_nothing_is_left_over() -> None:
    "Every import is used in its module, and every definition somewhere: in a room, a test, a benchmark, or the README."
    sources = {p.name: p.read_text(encoding="utf-8") for p in MODULES}
    said = [code for p in PAGES for code in cells(p)]
    others = [ROOT / "README.md", ROOT / "settings.ini", *ROOT.glob("*.py")]
    others += [*(ROOT / "tests").glob("**/*.py"), *(ROOT / "benchmarks").glob("*.py")]
    said += [p.read_text(encoding="utf-8") for p in others]
    words: dict[str, int] = {}
    for word in re.findall(r"\w+", "\n".join(said)):
        words[word] = words.get(word, 0) + 1
    left: dict[str, list[str]] = {}
    for name, source in sources.items():
        tree = ast.parse(source)
        body = source.split("__all__", 1)[-1].split("]", 1)[-1]  # __all__ names everything
        unused = [n for n in taken(tree) if len(re.findall(rf"\b{n}\b", body)) < 2]
        left[name] = unused + [n for n in defined(tree) if n not in ("__all__", "_all_") and words.get(n, 0) < 2]
    holds("nothing left over", left)
