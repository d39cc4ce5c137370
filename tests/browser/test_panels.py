"""The front door in a real browser: settings, music, training, takes, at all widths, in two themes, after a restart."""

import os
import re

import numpy as np
import pytest
import soundfile

import lab
from lab import tab


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return lab.make_project(tmp_path_factory.mktemp("panels") / "project")


@pytest.fixture(scope="module")
def page(url, chromium):
    return lab.open_app(chromium, url)


def shown(page, text, seconds=30):
    page.get_by_text(text).first.wait_for(timeout=1000 * seconds)


def button(page, name):
    return page.get_by_role("button", name=re.compile(rf"(^|\W){name}$"))


def test_opens_on_music(page):
    "Nothing is there to be heard yet: the first page says where music goes."
    shown(page, "Drop music here")
    assert page.get_by_label("batch_size").count() == 0
    lab.look(page, "first")


def test_settings(page, project):
    tab(page, "Settings").click()
    shown(page, "weights", 240)
    facts = page.locator(".sc-box:visible").first
    page.get_by_label("Advanced").check()
    before, row = facts.inner_text(), page.locator(".sc-setting", has=page.get_by_label("kwargs"))
    page.get_by_label("kwargs").fill("units: 32, hidden: 32")
    page.get_by_label("kwargs").press("Tab")
    lab.wait_for(lambda: facts.inner_text() != before and "weights" in facts.inner_text())
    assert "sc-changed" in row.get_attribute("class") and page.get_by_label("Command line").input_value().count("units")
    page.get_by_label("batch_size").fill("many")
    page.get_by_label("batch_size").press("Tab")
    shown(page, "net.batch_size=many: expected a whole number from 1 to 4096 or empty")
    lab.look(page, "settings")
    page.get_by_title("Set net.batch_size back to its default").click()
    lab.wait_for(lambda: page.get_by_label("batch_size").get_attribute("placeholder") == "32")
    page.get_by_label("batch_size").fill("8")
    page.get_by_label("Advanced").uncheck()
    page.get_by_label("kwargs").fill("units: 16, hidden: 16")
    page.get_by_label("kwargs").press("Tab")
    button(page, "Output").click()
    page.get_by_label("fade_out").fill("1.5")
    page.get_by_label("fade_out").press("Tab")
    button(page, "Save").click()
    shown(page, "Saved: output.fade_out")
    text = (project / "config.yml").read_text()
    assert "fade_out: 1.5" in text and "# small laptop" in text


def test_music(page, project):
    tab(page, "Music").click()
    shown(page, "8 files in music/")
    page.get_by_label("Drop music here, or choose files").set_input_files(project / "music/0.wav")
    shown(page, "added as 0-2.wav")
    shown(page, "9 files in music/, 1.3 minutes converted, 1 new")
    button(page, "Convert").click()
    shown(page, "9 files in music/, 1.5 minutes converted", 60)
    page.get_by_label("Files", exact=True).select_option(index=3)
    page.wait_for_timeout(1500)
    lab.look(page, "music")


DROP = """(box, [names, bytes]) => {
    const transfer = new DataTransfer();
    for (const name of names) transfer.items.add(new File([new Uint8Array(bytes).fill(7)], name));
    const about = { dataTransfer: transfer, bubbles: true, cancelable: true };
    for (const kind of ["dragover", "drop"]) box.dispatchEvent(new DragEvent(kind, about));
}"""


def drop(page, names, size):
    page.locator(".sc-drop").evaluate(DROP, [names, size])


def hidden(project):
    return list((project / "music").glob(".*"))


def test_upload(page, project, tmp_path):
    "Files larger than a message arrive whole; what fails says so in its line; nothing half is left."
    tab(page, "Music").click()
    song, before = tmp_path / "An hour, by ear.wav", set((project / "music").iterdir())
    soundfile.write(song, np.random.default_rng(0).uniform(-0.1, 0.1, 6_000_000), 8000)  # 12 MB
    choose = page.get_by_label("Drop music here, or choose files")
    choose.set_input_files([song, project / "config.yml"])
    page.locator(".sc-added", has_text="An hour, by ear.wav").wait_for(timeout=60_000)
    shown(page, "'config.yml' is not taken for music")
    (new,) = set((project / "music").iterdir()) - before
    assert new.read_bytes() == song.read_bytes() and new.name == song.name
    no_dialog = "e => { e.asked = 0; e.addEventListener('click', event => { e.asked++; event.preventDefault(); }); }"
    choose.evaluate(no_dialog)
    choose.focus()
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
    assert choose.evaluate("e => e.asked") == 2
    new.unlink()

    drop(page, ["../dropped.wav", "<b>.mp3"], 3_000_000)
    page.locator(".sc-added", has_text="dropped.wav").wait_for()
    page.locator(".sc-added", has_text="b.mp3").wait_for()
    lab.look(page, "upload")
    new = set((project / "music").iterdir()) - before
    assert {f.stat().st_size for f in new} == {3_000_000} and len(new) == 2 and not hidden(project)
    for f in new:
        f.unlink()

    drop(page, ["long.wav"], 200_000_000)
    lab.wait_for(lambda: hidden(project))
    page.get_by_role("button", name="Cancel long.wav").click()
    shown(page, "cancelled")
    lab.wait_for(lambda: not hidden(project))
    assert set((project / "music").iterdir()) == before
    button(page, "Refresh").click()
    shown(page, "9 files in music/")


def test_training(page):
    tab(page, "Training").click()
    shown(page, "Nothing is trained yet.")
    button(page, "Train").dblclick()
    shown(page, "Running.", 60)
    lab.wait_for(lambda: page.locator("svg.sc-curves polyline.step").count() > 1 or None, 60)
    button(page, "Pause").click()
    shown(page, "Paused.")
    drawn = page.locator("svg.sc-curves").inner_html()
    lab.look(page, "paused")
    assert page.locator("svg.sc-curves").inner_html() == drawn  # nothing goes on
    button(page, "Resume").click()
    shown(page, "Running.")
    shown(page, "Finished.", 120)
    assert "best: epoch" in page.locator("svg.sc-curves").text_content()
    assert page.get_by_role("button", name=re.compile(r"^epoch \d+$")).count() >= 3
    lab.look(page, "trained")


def test_keyboard(page):
    "Every control can be reached without a mouse, and has a name."
    nameless = page.evaluate("""() => [...document.querySelectorAll('.sc-panel :is(button, input, select)')]
        .filter(e => e.offsetParent && e.type !== 'file')
        .filter(e => !(e.innerText || e.title || e.ariaLabel || e.labels?.length))
        .map(e => e.outerHTML.slice(0, 120))""")
    assert not nameless, nameless
    tab(page, "Settings").click()
    page.get_by_label("Command line").focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("() => document.activeElement.closest('.sc-panel') !== null")


def test_tabs_by_keyboard(page):
    tab(page, "Training").click()
    tab(page, "Training").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    shown(page, "files in music/")


def test_takes(page, project):
    "A take is generated, one at a time, into a new file; one that is stopped leaves nothing."
    output = project / "output"
    takes = lambda: sorted(f.name for f in output.glob("[!.]*"))
    tab(page, "Takes").click()
    shown(page, "No takes yet: generate one, or record live.")
    button(page, "Generate").dblclick()
    shown(page, "Finished: generated.wav", 60)
    shown(page, "1 take")
    assert takes() == ["generated.wav", "generated.wav.json"]
    assert soundfile.info(output / "generated.wav").duration == pytest.approx(3, abs=0.3)
    lab.look(page, "takes")

    tab(page, "Settings").click()
    button(page, "Output").click()
    for key, value in (("gen_seconds", "3600"), ("output_dir", "more")):
        page.get_by_label(key).fill(value)
        page.get_by_label(key).press("Tab")
    tab(page, "Takes").click()
    shown(page, "No takes yet")
    button(page, "Generate").click()
    shown(page, re.compile(r"running: \d+%"), 60)
    button(page, "Stop").click()
    shown(page, "Stopped; nothing is kept of it.")
    assert not list((project / "more").glob("[!.]*"))
    tab(page, "Settings").click()
    button(page, "Load").click()
    shown(page, "Loaded.")
    tab(page, "Takes").click()
    shown(page, "1 take")


def test_plan(page, project):
    "What a take plays is chosen, answered at once, the same on the settings page, and drawn on its card."
    tab(page, "Takes").click()
    source, chords = page.get_by_label("Play", exact=True), page.get_by_role("textbox", name="Chords", exact=True)
    source.select_option("Chords")
    shown(page, "it is a walk")
    for text, said in (("Am Q", "understood Am, but not 'Q'"), ("Am  F", "| Am | F |")):
        chords.fill(text)
        chords.press("Tab")
        shown(page, said)
    page.get_by_label("Tempo", exact=True).fill("240")
    page.get_by_label("Tempo", exact=True).press("Tab")
    button(page, "Generate").click()
    card = page.locator(".soundcube .sc-card", has_text="| Am | F |").first
    card.locator(".sc-planned").wait_for(timeout=60_000)
    assert re.search(r"\d+% heard", card.inner_text()) and card.locator(".sc-canvas").bounding_box()["height"] > 300
    lab.look(page, "plan")
    tab(page, "Settings").click()
    button(page, "Output").click()
    assert page.get_by_label("chords", exact=True).input_value() == "Am  F"
    tab(page, "Takes").click()
    source.select_option("A recording or MIDI file")
    page.get_by_label("File", exact=True).fill("music/1.wav")
    page.get_by_label("File", exact=True).press("Tab")
    shown(page, "music/1.wav is there")
    source.select_option("A walk through my music")
    tab(page, "Settings").click()
    lab.wait_for(lambda: [page.get_by_label(k, exact=True).input_value() for k in ("chords", "follow")] == ["", ""])
    for take in (project / "output").glob("generated-*"):
        take.unlink()


def test_restart(page):
    lab.restart(page)
    lab.command(page, "notebook:clear-all-cell-outputs")  # else the old page would be clicked
    tab(page, "Training").wait_for(state="detached", timeout=30_000)
    lab.run_all(page)
    tab(page, "Training").click(timeout=60_000)
    shown(page, "best: epoch", 30)
    assert page.locator("svg.sc-curves polyline.held").count() == 2  # the curve and its key


def test_no_complaints(page):
    assert not page.errors, page.errors


def test_voila(project, chromium):
    "The front door as an app of its own."
    pytest.importorskip("voila")
    with lab.serving(project, "voila") as url:
        page = lab.new_page(chromium)
        page.goto(url, timeout=90_000)
        tab(page, "Training").click(timeout=90_000)
        shown(page, "best: epoch")
        lab.fits(page)
        tab(page, "Takes").click()
        button(page, "Generate").click()
        shown(page, "Finished: generated-2.wav", 60)
        shown(page, "2 takes")
        ours = [e for e in page.errors if "net::ERR" not in e]  # its template asks the network
        assert not ours, ours
