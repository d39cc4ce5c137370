"""A JupyterLab (or Voila) on a temporary project, and a page of a real Chromium in it."""

import os, re, shutil, signal, socket, subprocess, sys, tempfile, time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

REPOSITORY = Path(__file__).parents[2]
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
TINY = """# a tiny project
data: {sample_rate: 8000, axes: 12, seconds_per_block: 1}
net:
  batch_size: 8            # small laptop
  training_epochs: 40
  kwargs: {units: 16, hidden: 16}
output: {gen_seconds: 3, seed_seconds: 2}
"""


def make_project(folder: Path, convert: bool = True) -> Path:
    "A project with eighty seconds of tones, converted, and the front door."
    (folder / "music").mkdir(parents=True)
    (folder / "config.yml").write_text(TINY)
    shutil.copy(REPOSITORY / "nbs" / "app.ipynb", folder / "app.ipynb")
    t = np.arange(80000) / 8000
    for k in range(8):
        soundfile.write(
            folder / f"music/{k}.wav", 0.2 * np.sin(2 * np.pi * (220 + 30 * k) * t) * np.exp(-4 * (t % 0.25)), 8000
        )
    if convert:
        subprocess.run(
            [sys.executable, "-c", "from soundcube.cli import main; main(['convert'])"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return folder


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextmanager
def serving(folder: Path, program: str = "lab", notebook: str = "app.ipynb") -> Iterator[str]:
    "Run JupyterLab on `folder`, or Voila on a notebook in it; its address."
    port, own = free_port(), tempfile.mkdtemp()
    env = (
        os.environ
        | {f"JUPYTER_{k}": f"{own}/{k.lower()}" for k in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")}
        | dict(IPYTHONDIR=f"{own}/ipython", TF_CPP_MIN_LOG_LEVEL="3")
    )
    env["JUPYTERLAB_SETTINGS_DIR"] = f"{own}/settings"
    quiet = Path(
        own, "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    )  # no question about news
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false"}')
    common = [f"--{'port' if program == 'voila' else 'ServerApp.port'}={port}", "--no-browser"]
    if program == "lab":
        command = [
            "jupyterlab",
            *common,
            "--IdentityProvider.token=",
            "--allow-root",
            "--LabApp.expose_app_in_browser=True",
        ]
    else:
        command = ["voila", notebook, *common]
    server = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: socket.create_connection(("127.0.0.1", port), 1).close() or True, 90)
        yield url
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
        shutil.rmtree(own, ignore_errors=True)


def wait_for(true, seconds: float = 30.0, every: float = 0.2):
    "Wait until `true()` is so, an error counting as not yet; its value."
    end = time.monotonic() + seconds
    while True:
        try:
            if value := true():
                return value
        except OSError:
            pass
        if time.monotonic() > end:
            raise TimeoutError("it did not come true")
        time.sleep(every)


@contextmanager
def browser() -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        b = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield b
        finally:
            b.close()


HARMLESS = re.compile(
    r"favicon|ResizeObserver loop|net::ERR_ABORTED|plugin.*deprecat|/lsp/|Failed to load resource.*(404|403)", re.I
)


def new_page(b, width: int = 1000, height: int = 900):
    "A page whose `errors` collect what its console complains about."
    page = b.new_page(viewport=dict(width=width, height=height))
    page.errors = []
    page.on("console", lambda m: m.type == "error" and not HARMLESS.search(m.text) and page.errors.append(m.text))
    page.on("pageerror", lambda e: page.errors.append(str(e)))
    return page


KERNEL = "window.jupyterapp?.shell?.currentWidget?.context?.sessionContext?.session?.kernel"


def open_notebook(page, url: str, name: str = "app.ipynb") -> None:
    "Open a notebook in JupyterLab and wait until its kernel listens."
    page.goto(f"{url}/lab/tree/{name}")
    page.wait_for_function(f"() => {KERNEL}?.connectionStatus === 'connected'", timeout=90_000)
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    page.wait_for_function(f"() => {KERNEL}.status === 'idle'", timeout=90_000)
    page.wait_for_timeout(2000)  # the widget manager asks the new kernel for its widgets first


def command(page, name: str, seconds: float = 90.0, **args) -> None:
    "Have JupyterLab do something; an answer that never comes is not waited for without end."
    page.evaluate(
        """([name, args, ms]) => Promise.race([
            window.jupyterapp.commands.execute(name, args).then(() => null),
            new Promise(done => setTimeout(done, ms))])""",
        [name, args, 1000 * seconds],
    )


def run_all(page) -> None:
    command(page, "notebook:run-all-cells")


def tab(page, name: str):
    "A page of the app, by what stands on it."
    return page.locator(".widget-tab .lm-TabBar-tab", has_text=re.compile(f"^{name}$"))


def open_app(b, url: str, *size: int):
    "The app, run and to be seen, on a page of its own."
    page = new_page(b, *size)
    open_notebook(page, url)
    run_all(page)
    tab(page, "Settings").wait_for(timeout=90_000)
    return page


def restart(page) -> None:
    "Restart the kernel, without being asked whether that is meant."
    page.evaluate(f"() => {KERNEL}.restart()")
    page.wait_for_function(
        f"() => {KERNEL}.connectionStatus === 'connected' && {KERNEL}.status === 'idle'", timeout=90_000
    )
    page.wait_for_timeout(2000)


SHOTS = os.environ.get("SOUNDCUBE_SHOTS")  # a folder for pictures to look at


def fits(page) -> None:
    "Nothing sticks out of a panel to the right."
    wide = page.evaluate("""() => [...document.querySelectorAll('.sc-panel')].filter(p => p.offsetParent)
        .flatMap(p => [...p.querySelectorAll('*')].filter(e => e.offsetParent
            && e.getBoundingClientRect().right > p.getBoundingClientRect().right + 2).map(e => e.className))""")
    assert not wide, wide


def look(page, name: str, themes: bool = True) -> None:
    "Three widths, both themes: nothing overflows; a picture each, if pictures are wanted."
    for width in (900, 1200, 1600):
        page.set_viewport_size(dict(width=width, height=1100))
        for dark in (False, True) if themes else (False,):
            if themes:
                theme(page, dark)
            page.wait_for_timeout(300)
            fits(page)
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{width}-{'dark' if dark else 'light'}.png")
    if themes:
        theme(page, False)
    page.set_viewport_size(dict(width=1200, height=1100))


def theme(page, dark: bool) -> None:
    command(page, "apputils:change-theme", theme="JupyterLab Dark" if dark else "JupyterLab Light")
    page.wait_for_function("dark => (document.body.dataset.jpThemeLight === 'false') === dark", arg=dark)
