"""What new users stumbled over, each with the test that would have caught it."""

import json
import os
import re
import signal
import subprocess
import sys

import lab
import numpy as np
import pytest
import soundfile
from lab import tab

TAKES = """
import numpy as np
from soundcube.takes import record
t = np.arange(60 * 8000) / 8000
tone = 0.1 * np.sin(2 * np.pi * 440 * t) * (1 + 0.1 * np.sin(2 * np.pi * 3 * t))
record("output/soft.wav", [tone[:79990 * 6]], 8000, len(tone) - 60)
record("output/loud.wav", [np.clip(12 * tone[:80000], -1, 1)], 8000, 80000)
"""
MODEL = """
from soundcube.config import load_config
from soundcube.net import Net
Net(Net.ALL, config=load_config(training_epochs=2)).train()
"""
PAGES = ("Music", "Training", "Takes", "Live", "Settings")


def shown(page, text, seconds=60):
    page.get_by_text(text).first.wait_for(timeout=1000 * seconds)


def button(page, name):
    return page.locator(".sc-panel:visible").get_by_role("button", name=name, exact=True)


def cells(page):
    return page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = lab.make_project(tmp_path_factory.mktemp("faults") / "project")
    for code in (TAKES, MODEL):
        subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def page(url, chromium):
    return lab.open_app(chromium, url, 1200, 1000)


def test_opens_on_takes(page):
    "Where there is something to hear, it is there."
    shown(page, "2 takes")
    lab.look(page, "takes-first")


FOCUSABLE = ":is(button, input, select, [tabindex]):not([disabled], [tabindex='-1'], [type=file])"
HIDDEN = "e => !e.offsetParent || e.inert || e.closest('[inert]') || getComputedStyle(e).visibility === 'hidden'"


@pytest.mark.parametrize("name", PAGES)
def test_keys_stay_in_the_panel(page, name):
    "Letters on a focused control of any kind make and remove no cells."
    tab(page, name).click()
    page.locator(".sc-panel:visible").first.wait_for(timeout=90_000)
    page.wait_for_timeout(1500)
    before, tried = cells(page), 0
    for control in page.locator(f".sc-panel:visible {FOCUSABLE}, .sc-app .lm-TabBar-tab.lm-mod-current").all():
        if control.evaluate(HIDDEN):
            continue
        control.focus()
        for key in ("b", "a", "d", "d", "x", "m", "0", "0"):
            page.keyboard.press(key)
        if control.get_attribute("type") == "search":
            control.fill("")  # what was typed hides all cards
        tried += 1
        assert cells(page) == before, control.evaluate("e => e.outerHTML.slice(0, 200)")
        assert page.locator(".sc-app").count() == 1
    page.keyboard.press("Escape")
    assert tried >= 3 and page.locator(".jp-Dialog").count() == 0
    if name == "Settings":
        button(page, "Load").click()


def test_saving_still_works(page):
    "Ctrl+S on a control saves the notebook, as everywhere."
    tab(page, "Settings").click()
    page.evaluate(
        """() => {
            window.saved = 0;
            const count = (_, a) => { if (a.id === 'docmanager:save') window.saved++; };
            window.jupyterapp.commands.commandExecuted.connect(count);
        }"""
    )
    button(page, "Load").focus()  # a text field of ipywidgets keeps every key for itself
    page.keyboard.press("Control+s")
    lab.wait_for(lambda: page.evaluate("() => window.saved"))


def test_a_refused_name_keeps_the_field(page):
    tab(page, "Takes").click()
    before = cells(page)
    card = page.locator(".sc-card", has_text="soft")
    card.get_by_role("button", name="Rename").click()
    page.keyboard.type("a/b")
    page.keyboard.press("Enter")
    card = page.locator(".sc-card", has=page.get_by_label("New name"))
    card.get_by_role("alert").filter(has_text="plain name").wait_for()
    page.keyboard.type("dd b")
    assert page.get_by_label("New name").input_value() == "a/bdd b" and cells(page) == before
    page.keyboard.press("Control+a")
    page.keyboard.type("quiet")
    page.keyboard.press("Enter")
    page.locator(".sc-card h3", has_text="quiet").wait_for()
    page.keyboard.type("dd b")
    assert cells(page) == before


def test_sixty_seconds_are_a_minute(page):
    card = page.locator(".sc-card", has_text="quiet")
    lab.wait_for(lambda: "1:00" in card.locator(".sc-time").inner_text())


def test_takes_are_compared_equally_loud(page):
    "A loud and a soft take are heard alike; the loud one was cut off, and says so; files stay as they are."
    heard = {}
    for name in ("loud", "quiet"):
        card = page.locator(".sc-card", has_text=name)
        card.get_by_role("button", name="Play").click()
        lab.wait_for(lambda: float(card.get_attribute("data-level") or -99) > -60 or None)
        page.wait_for_timeout(1200)
        heard[name] = float(card.get_attribute("data-level"))
        card.get_by_role("button", name="Pause").click()
    assert abs(heard["loud"] - heard["quiet"]) < 2, heard
    loud, quiet = (page.locator(".sc-card", has_text=n) for n in ("loud", "quiet"))
    assert loud.locator(".sc-clip.sc-lit").count() == 1 and quiet.locator(".sc-clip.sc-lit").count() == 0
    page.get_by_label("Equally loud").uncheck()
    lab.wait_for(lambda: loud.locator(".sc-matched").inner_text() == "")
    page.get_by_label("Equally loud").check()
    lab.wait_for(lambda: "dB" in loud.locator(".sc-matched").inner_text())


def test_what_is_wrong_elsewhere_is_said(page):
    "A value in red on the settings' page is said beside Train, Convert and Generate."
    tab(page, "Settings").click()
    page.get_by_label("batch_size").fill("many")
    page.get_by_label("batch_size").press("Tab")
    shown(page, "expected a whole number")
    for name in ("Training", "Takes", "Music"):
        tab(page, name).click()
        page.locator(".sc-panel:visible [role=alert]", has_text="net.batch_size=many").wait_for(timeout=30_000)
    lab.look(page, "wrong")
    tab(page, "Settings").click()
    page.get_by_title("Set net.batch_size back to its default").click()
    tab(page, "Training").click()
    page.locator(".sc-panel:visible [role=alert]", has_text="net.batch_size").wait_for(state="detached")


def test_beside_generate(page, project):
    "Length, temperature, seed and how many are where the button is; two takes are two files."
    tab(page, "Takes").click()
    for label, value in (("Seconds", "2"), ("Takes", "2")):
        field = page.locator(".sc-panel:visible").get_by_role("spinbutton", name=label)
        field.fill(value)
        field.press("Tab")
    page.get_by_label("Go on from").select_option("A place in my music")
    page.get_by_label("Piece", exact=True).select_option("3.wav")
    place = page.get_by_role("slider", name="Place in the piece")
    box = place.bounding_box()
    place.click(position=dict(x=box["width"] / 2, y=20))
    lab.wait_for(lambda: abs(float(place.get_attribute("aria-valuenow")) - 5) < 0.3)
    lab.look(page, "beside")
    button(page, "Generate").click()
    shown(page, "Finished: generated.wav, generated-2.wav", 120)
    made = json.loads((project / "output/generated.wav.json").read_text())
    assert made["seed"]["file"].endswith("3.wav") and abs(made["seed"]["offset"] - 5) < 0.3
    for take in (project / "output").glob("generated*"):
        take.unlink()
    button(page, "Refresh").click()


def test_left_out(page, project):
    "A file can be left out from the panel, and taken in again."
    tab(page, "Music").click()
    page.get_by_label("Files", exact=True).select_option(index=2)
    button(page, "Leave out").click()
    shown(page, "1 left out")
    assert (project / "music/.left-out/2.wav").exists()
    page.get_by_label("Files", exact=True).select_option(index=7)
    button(page, "Take in again").click()
    lab.wait_for(lambda: (project / "music/2.wav").exists())


def test_nothing_jumps(page):
    "A label that grows moves no other control."
    tab(page, "Training").click()
    places = """() => [...document.querySelectorAll('.sc-panel .jupyter-button, .sc-box')]
        .filter(e => e.offsetParent).map(e => Math.round(e.getBoundingClientRect().top))"""
    button(page, "Train").wait_for()
    page.wait_for_timeout(1500)
    before = page.evaluate(places)
    button(page, "Train").click()
    shown(page, "Running.", 120)
    button(page, "Pause").click()
    shown(page, "Paused.")
    page.locator("svg.sc-curves").wait_for()
    assert page.evaluate(places)[: len(before)] == before
    lab.look(page, "paused-faults")
    button(page, "Resume").click()
    shown(page, "Running.")
    lab.wait_for(lambda: page.get_by_role("button", name=re.compile(r"^epoch \d+$")).count() >= 1 or None, 120)
    button(page, "Stop").click()
    shown(page, re.compile(r"Stopped, saved at epoch \d+\."), 120)


def test_the_open_page_is_remembered(page, url):
    "Run again, the app opens where it was left."
    tab(page, "Training").click()
    lab.run_all(page)
    page.locator(".sc-panel:visible", has_text="Start over").wait_for(timeout=60_000)


def test_no_complaints(page):
    ours = [e for e in page.errors if "WebSocket" not in e]
    assert not ours, ours


def test_a_dead_kernel_is_said(page):
    "Killed while it trains: every page says so, and what does nothing can't be pressed."
    button(page, "Train").click()
    shown(page, "Running.", 120)
    pid = page.evaluate("""async () => {
        const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
        let text = '';
        const future = kernel.requestExecute({ code: 'import os; print(os.getpid())' });
        future.onIOPub = (m) => { if (m.content.text) text += m.content.text; };
        await future.done;
        return Number(text);
    }""")
    os.kill(pid, signal.SIGKILL)
    alert = page.locator(".sc-panel:visible .sc-note[role=alert]", has_text="so nothing on this page goes on")
    alert.wait_for(timeout=60_000)
    assert "Run this cell again" in alert.inner_text()
    assert button(page, "Stop").evaluate("e => e.closest('[inert]') !== null")
    broken = "e => getComputedStyle(e, '::before').display !== 'none'"
    lost = page.locator(".sc-app.jupyter-widgets-disconnected, .sc-app .jupyter-widgets-disconnected").all()
    assert lost and not any(e.evaluate(broken) for e in lost)
    lab.look(page, "dead")
    page.wait_for_timeout(3000)
    if page.locator(".jp-Dialog").count():
        page.locator(".jp-Dialog button").last.click()


def test_voila(project, chromium):
    "As an app of its own: one width for all pages, a reload keeps the page, and says what to do when the kernel ends."
    pytest.importorskip("voila")
    with lab.serving(project, "voila") as url:
        page = lab.new_page(chromium, 1600, 1000)
        page.goto(url, timeout=90_000)
        tab(page, "Live").click(timeout=90_000)
        page.locator(".sc-live").wait_for(timeout=90_000)
        widths = [page.locator(".sc-panel:visible").bounding_box()["width"]]
        tab(page, "Takes").click()
        widths.append(page.locator(".sc-panel:visible").bounding_box()["width"])
        assert abs(widths[0] - widths[1]) < 2, widths
        assert "Run the cell below" not in page.inner_text("body")
        tab(page, "Training").click()
        shown(page, "Start over")
        page.reload(timeout=90_000)
        page.locator(".sc-panel:visible", has_text="Start over").wait_for(timeout=90_000)
        lab.look(page, "voila-training", themes=False)
