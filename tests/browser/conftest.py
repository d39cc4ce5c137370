"""What all browser tests share: one Chromium, one small project with models and takes, one JupyterLab on it."""

import importlib.util, json, subprocess, sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from lab import CHROMIUM, browser, make_project, new_page, serving, theme

MAKE = """
import shutil
from soundcube.config import load_config
from soundcube.net import Net, write_take
net = Net(Net.ALL, config=load_config(training_epochs=3))
net.train()
shutil.copy("models/model.safetensors", "models/other.safetensors")
for k in (1, 2): write_take(net, f"output/take {k}.wav")
"""


def pytest_collection_modifyitems(items):
    missing = (
        "no Chromium found: install it, or set CHROMIUM to its path"
        if not CHROMIUM
        else ""
        if importlib.util.find_spec("playwright")
        else "playwright is not installed"
    )
    if missing:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=missing))


def write_notebook(path: Path, *cells: str) -> None:
    "A notebook of code cells."
    cells = [
        dict(cell_type="code", id=f"c{k}", metadata={}, source=c, execution_count=None, outputs=[])
        for k, c in enumerate(cells)
    ]
    kernel = dict(kernelspec=dict(display_name="python3", language="python", name="python3"))
    path.write_text(json.dumps(dict(cells=cells, metadata=kernel, nbformat=4, nbformat_minor=5)))


@pytest.fixture(scope="session")
def chromium():
    with browser() as b:
        yield b


@pytest.fixture(scope="module")
def url(project):
    "JupyterLab on the module's own `project`."
    with serving(project) as url:
        yield url


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    "A project with two trained models, two takes, and a notebook for each widget."
    folder = make_project(tmp_path_factory.mktemp("small") / "project")
    subprocess.run(
        [sys.executable, "-c", MAKE], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    write_notebook(
        folder / "players.ipynb",
        "from soundcube.players import TakePlayer, TakeShelf\nTakePlayer('output/take 1.wav')",
        "shelf = TakeShelf()\nshelf",
    )
    write_notebook(folder / "live.ipynb", "from soundcube.live import LivePanel\npanel = LivePanel()\npanel")
    return folder


@pytest.fixture(scope="session")
def small_lab(small):
    with serving(small) as url:
        yield url


@pytest.fixture
def page(chromium):
    p = new_page(chromium)
    yield p
    p.context.close()


@pytest.fixture
def look(page, tmp_path_factory):
    "Takes pictures of the page, narrow and wide, light and dark, and makes sure that nothing is wider than its place."

    def look(name: str) -> None:
        for width in (1000, 1600):
            page.set_viewport_size(dict(width=width, height=1000))
            for dark in (False, True):
                theme(page, dark)
                page.wait_for_timeout(500)
                page.screenshot(
                    path=tmp_path_factory.getbasetemp() / f"{name}-{width}-{'dark' if dark else 'light'}.png"
                )
                spills = page.evaluate(
                    """() => [...document.querySelectorAll('.soundcube, .sc-card')]
                        .filter(e => e.scrollWidth > e.clientWidth + 2).map(e => e.className)"""
                )
                assert spills == [], f"wider than its place at {width}"

    return look
