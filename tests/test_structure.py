"""The shape of the house: chapters in order, imports downwards only, every module from a chapter, no outputs in git."""
import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "nbs").glob("[0-9][0-9]*_*.ipynb"))


def cells(notebook: Path, kind: str = "code") -> list[str]:
    return ["".join(c["source"]) for c in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == kind]


def module_of(notebook: Path) -> str | None:
    found = re.search(r"^#\| default_exp (\w+)", "\n".join(cells(notebook)), re.M)
    return found and found[1]


PLACE = {n: place for place, n in enumerate(CHAPTERS)}
NUMBER = {module_of(n): PLACE[n] for n in CHAPTERS if module_of(n)}


def imported(code: str) -> set[str]:
    "Names of soundcube's modules that `code` imports."
    code = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in code.splitlines())
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module == "soundcube": names |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("soundcube."): names.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import): names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("soundcube.")}
    return names & set(NUMBER)


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
    "Nothing below the layers imports Keras or TensorFlow, so that the command line answers at once."
    for notebook in CHAPTERS:
        if PLACE[notebook] < NUMBER["layers"]:
            exported = "\n".join(c for c in cells(notebook) if c.startswith("#| export"))
            assert not re.search(r"^\s*(import|from) (keras|tensorflow|jax)", exported, re.M), notebook.name


@pytest.mark.parametrize("notebook", sorted((ROOT / "nbs").glob("*.ipynb")), ids=lambda n: n.stem)
def test_no_outputs(notebook: Path) -> None:
    book = json.loads(notebook.read_text(encoding="utf-8"))
    assert not any(c.get("outputs") for c in book["cells"]) and "widgets" not in book["metadata"]


def test_links_lead_somewhere() -> None:
    "Chapters and README link only to files that exist."
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "nbs").glob("*.ipynb")]:
        text = "\n".join(cells(page, "markdown")) if page.suffix == ".ipynb" else page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(((?!https?:|#)[^)\s]+)\)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_librosa_in_one_chapter() -> None:
    "On import it compiles into a cache that all processes share; two that do so at once leave code behind that crashes. Chapters are tested side by side."
    found = [n.name for n in CHAPTERS if re.search(r"^\s*(import|from) .*\blibrosa\b", "\n".join(cells(n)), re.M)]
    assert len(found) <= 1, found
