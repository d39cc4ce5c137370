"""A take that is worked on, in a real page: zoomed, looped, drawn on, played again in part, branched, compared."""

import json
import re
import subprocess
import sys

import pytest
import soundfile
from conftest import write_notebook
from lab import fits, look, new_page, open_notebook, restart, run_all, serving, wait_for

PAGE = ".sc-take-page"
TAKES = """
from soundcube.net import Net, write_take
net = Net(Net.GEN)
for k in (1, 2): write_take(net, f"output/take {k}.wav")
"""


@pytest.fixture(scope="module")
def project(small):
    write_notebook(
        small / "takepage.ipynb",
        "from soundcube.takespanel import TakesPanel\nTakesPanel()",
    )
    for left in (small / "output").iterdir():  # by the tests before: renamed, starred, binned
        if left.is_file():
            left.unlink()
    subprocess.run([sys.executable, "-c", TAKES], cwd=small, check=True, capture_output=True)
    return small


@pytest.fixture(scope="module")
def page(small_lab, project, chromium):
    p = new_page(chromium, 1600, 1400)
    open_notebook(p, small_lab, "takepage.ipynb")
    run_all(p)
    p.locator(".sc-card").first.wait_for(timeout=90_000)
    yield p
    p.context.close()


def cells(page) -> int:
    return page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")


def part(page, selector: str):
    return page.locator(f"{PAGE} {selector}")


def button(page, name: str):
    return page.locator(PAGE).get_by_role("button", name=name, exact=True)


def region(page) -> list[float]:
    return [float(t) for t in (part(page, ".sc-loopbar").get_attribute("data-region") or "").split()]


def at(page) -> float:
    return float(part(page, ".sc-view").get_attribute("aria-valuenow"))


def drawn(page) -> list[float]:
    return [float(t) for t in (part(page, ".sc-view").get_attribute("data-drawn") or "").split()]


def title(page) -> str:
    return part(page, "h3").inner_text()


def energy(page) -> float:
    return float(part(page, ".sc-lane-energy").get_attribute("aria-valuenow"))


def test_opens_from_its_card(page, project):
    "A take is opened, and seen: waveform, spectrogram, lanes, and its tree of one."
    before = cells(page)
    page.locator(".sc-card", has_text="take 1").get_by_role("button", name="Open").click()
    part(page, ".sc-lane-chords").wait_for(timeout=60_000)
    wait_for(lambda: title(page) == "take 1" and drawn(page))
    assert drawn(page)[0] == 0 and drawn(page)[1] == pytest.approx(3, abs=0.2)
    colours = page.evaluate("""() => [...document.querySelectorAll(".sc-take-page canvas")].map(c => {
        const seen = new Set(), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        for (let k = 0; k < d.length; k += 4) seen.add(d[k] * 65536 + d[k + 1] * 256 + d[k + 2] + d[k + 3] / 256);
        return seen.size;
    })""")
    assert len(colours) == 5 and colours[0] > 100 and min(colours) > 2, colours
    assert part(page, ".sc-tree li").count() == 1 and cells(page) == before


def test_zoom_playhead_and_region_by_mouse(page):
    view, bar = part(page, ".sc-view"), part(page, ".sc-loopbar")
    box, strip = view.bounding_box(), bar.bounding_box()
    inner = box["width"] - 88
    view.click(position=dict(x=44 + inner / 2, y=100))
    wait_for(lambda: at(page) == pytest.approx(1.5, abs=0.1))
    x = lambda share: box["x"] + 44 + share * inner
    page.mouse.move(x(1 / 6), strip["y"] + 8)
    page.mouse.down()
    page.mouse.move(x(0.4), strip["y"] + 8)
    page.mouse.move(x(0.5), strip["y"] + 8, steps=3)
    page.mouse.up()
    wait_for(lambda: region(page) == pytest.approx([0.5, 1.5], abs=0.1))
    page.mouse.move(x(0.5), strip["y"] + 8)  # its end is taken hold of
    page.mouse.down()
    page.mouse.move(x(2 / 3), strip["y"] + 8, steps=3)
    page.mouse.up()
    wait_for(lambda: region(page) == pytest.approx([0.5, 2], abs=0.1))
    page.mouse.move(x(0.5), box["y"] + 100)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    wait_for(lambda: drawn(page)[1] < 2.3)
    assert drawn(page)[0] > 0.2
    button(page, "All").click()
    wait_for(lambda: drawn(page)[1] > 2.8)


def test_all_of_it_by_keyboard(page):
    "Keys do what they say, and none of them reaches the notebook."
    before, view = cells(page), part(page, ".sc-view")
    view.focus()
    for key in ("Escape", "b", "m", "y", "a", "c", "v", "Home"):  # JupyterLab has its own uses for most of them
        page.keyboard.press(key)
    wait_for(lambda: at(page) == 0 and region(page) == [])
    page.keyboard.press("Shift+ArrowRight")
    wait_for(lambda: at(page) == pytest.approx(1, abs=0.01))
    page.keyboard.press("[")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("]")
    wait_for(lambda: region(page) == [1.0, 2.0])
    page.keyboard.press("+")
    wait_for(lambda: drawn(page)[1] == pytest.approx(1.5, abs=0.1))
    page.keyboard.press("0")
    page.keyboard.press("l")
    assert button(page, "⟳ Loop").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Space")
    seen = set()
    wait_for(lambda: seen.add(round(at(page), 2)) or len(seen) > 12, every=0.05)
    assert min(seen) >= 0.99 and max(seen) <= 2.2, sorted(seen)  # it goes round in the part
    wait_for(lambda: float(page.locator(PAGE).get_attribute("data-level")) > -55)
    page.keyboard.press("Space")
    button(page, "▶ Play").wait_for()
    assert cells(page) == before
    nameless = page.evaluate("""() => [...document.querySelectorAll('.sc-take-page *')]
        .filter(e => e.matches('button, input, select, [tabindex="0"]') && e.offsetParent)
        .filter(e => !(e.innerText || e.title || e.ariaLabel || e.labels?.length)).map(e => e.outerHTML)""")
    assert not nameless, nameless


def test_lanes_are_drawn(page):
    "A curve by key and by mouse, a chord by key; what can't be read stays in its field, with the reason; undo."
    part(page, ".sc-lane-energy").focus()
    page.keyboard.press("ArrowLeft")
    now = energy(page)
    for _ in range(3):
        page.keyboard.press("ArrowDown" if now > 0.5 else "ArrowUp")
        page.wait_for_timeout(300)
    wait_for(lambda: abs(energy(page) - now) == pytest.approx(0.15, abs=0.03))
    box = part(page, ".sc-lane-density").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] - 6)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 60, box["y"] + 6, steps=12)
    page.mouse.up()
    part(page, ".sc-view").click(position=dict(x=box["width"] - 70, y=90))
    wait_for(lambda: float(part(page, ".sc-lane-density").get_attribute("aria-valuenow")) > 0.8)
    page.keyboard.press("Home")
    wait_for(lambda: float(part(page, ".sc-lane-density").get_attribute("aria-valuenow")) < 0.3)
    page.keyboard.press("Control+z")
    page.wait_for_timeout(500)
    page.keyboard.press("Control+Shift+Z")
    wait_for(lambda: float(part(page, ".sc-lane-density").get_attribute("aria-valuenow")) < 0.3)
    part(page, ".sc-view").focus()
    page.keyboard.press("Shift+ArrowRight")
    part(page, ".sc-lane-chords").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Qb")
    page.keyboard.press("Enter")
    part(page, ".sc-note").filter(has_text="can't read 'Qb'").wait_for()
    field = page.get_by_label(re.compile("Chord from 1.0 to 2.0 s"))
    assert field.input_value() == "Qb"
    field.fill("Dm")
    page.keyboard.press("Enter")
    field.wait_for(state="detached")


def test_a_part_is_played_again(page, project):
    "A new take, the same before and after; undo leads back to the old one, redo on."
    old = soundfile.read(project / "output/take 1.wav", dtype="int16")[0]
    button(page, "Play this part again").click()
    wait_for(lambda: title(page) == "take 1-2", 90)
    new = soundfile.read(project / "output/take 1-2.wav", dtype="int16")[0]
    early = 400 + 8
    same = lambda part: (old[part] == new[part]).all()
    assert len(old) == len(new) and same(slice(8000 - early)) and same(slice(16008, None))
    assert (old[8000:16000] != new[8000:16000]).mean() > 0.9
    record = json.loads((project / "output/take 1-2.wav.json").read_text())
    assert record["edit"]["parent"] == "take 1.wav" and "chords" in record["plan"]["steps"]
    assert part(page, ".sc-tree li").count() == 2
    part(page, ".sc-doing").get_by_text("New take: take 1-2.wav").wait_for()
    page.locator(".sc-cards").get_by_role("heading", name="take 1-2").wait_for()
    part(page, ".sc-view").focus()
    page.keyboard.press("Control+z")
    wait_for(lambda: title(page) == "take 1")
    page.keyboard.press("Control+y")
    wait_for(lambda: title(page) == "take 1-2")


def test_compared_at_the_same_place(page):
    "X swaps what is heard; the place stays, and both are as loud."
    view = part(page, ".sc-view")
    view.focus()
    page.get_by_label("Compare with").select_option("take 1.wav")
    page.keyboard.press("Home")
    page.keyboard.press("l")
    page.keyboard.press("Escape")
    view.focus()
    page.keyboard.press("Space")
    wait_for(lambda: at(page) > 0.4)
    first = at(page)
    page.keyboard.press("x")
    wait_for(lambda: page.locator(PAGE).get_attribute("data-side") == "B")
    wait_for(lambda: at(page) > first)
    assert at(page) < first + 2
    part(page, ".sc-compare").get_by_text("B: take 1.wav").wait_for()
    page.keyboard.press("x")
    wait_for(lambda: page.locator(PAGE).get_attribute("data-side") == "A")
    page.keyboard.press("Space")


def test_branch_trim_extend_fade(page, project):
    "Each makes one more take, and says what it was made of."
    part(page, ".sc-view").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("d")
    wait_for(lambda: title(page) == "take 1-3", 90)
    assert soundfile.info(project / "output/take 1-3.wav").duration == pytest.approx(3, abs=0.1)
    page.get_by_label("Extend by").fill("1")
    button(page, "Extend").click()
    wait_for(lambda: title(page) == "take 1-4", 90)
    assert soundfile.info(project / "output/take 1-4.wav").duration == pytest.approx(4, abs=0.1)
    part(page, ".sc-view").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("]")
    button(page, "Trim to this part").click()
    wait_for(lambda: title(page) == "take 1-5", 60)
    assert soundfile.info(project / "output/take 1-5.wav").duration == pytest.approx(1, abs=0.01)
    page.get_by_label("Fade in").fill("0.2")
    page.get_by_label("Fade out").fill("9")
    button(page, "Fade").click()
    part(page, ".sc-note").filter(has_text="expected 0 to its 1.0 s").wait_for()
    page.get_by_label("Fade out").fill("0.5")
    button(page, "Fade").click()
    wait_for(lambda: title(page) == "take 1-6", 60)
    rows = part(page, ".sc-tree li").all_inner_texts()
    assert len(rows) == 6 and any("went on differently from 1.0 s" in row for row in rows), rows


def test_notes_search_bin(page, project):
    page.get_by_label("Note", exact=True).fill("the soft one")
    page.keyboard.press("Enter")
    page.locator(".sc-card", has_text="the soft one").wait_for()
    search = page.get_by_label("Search takes")
    search.fill("soft")
    wait_for(lambda: page.locator(".sc-card").count() == 1)
    search.fill("")
    wait_for(lambda: page.locator(".sc-card").count() > 5)
    card = page.locator(".sc-card", has_text="take 1-3")
    card.get_by_role("button", name="Delete").click()
    card.locator(".sc-danger").click()
    card.wait_for(state="detached")
    page.locator("summary", has_text="Bin").click()
    page.locator("li", has_text="take 1-3.wav").get_by_role("button", name="Restore").click()
    card.wait_for()


def test_looks(page):
    "Both themes, three widths; nothing sticks out."
    part(page, ".sc-tree li").filter(has_text="take 1-2.wav").get_by_role("button").click()
    wait_for(lambda: title(page) == "take 1-2")
    part(page, ".sc-view").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("[")
    page.locator(PAGE).scroll_into_view_if_needed()
    look(page, "takepage")


def test_what_is_gone_and_what_cannot_be(page, project):
    "One clear line, and nothing lost: a model that is gone, a take that is gone, a kernel that was restarted."
    page.locator(".sc-card", has_text="take 2").get_by_role("button", name="Open").click()
    wait_for(lambda: title(page) == "take 2")
    part(page, ".sc-view").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    part(page, ".sc-note").filter(has_text="Choose a part first").wait_for()
    take = project / "output/take 2.wav"
    hidden = take.rename(project / "output/take 2.kept")
    page.keyboard.press("Home")
    page.keyboard.press("d")
    part(page, ".sc-note").filter(has_text="not there any more").wait_for(timeout=30_000)
    hidden.rename(take)
    restart(page)
    notes = page.locator(f"{PAGE} .sc-note, .sc-panel .sc-note")
    notes.filter(has_text="Run this cell again").first.wait_for(timeout=30_000)
    assert page.errors == [], page.errors


def test_voila(project, chromium):
    "The same in an app of its own."
    pytest.importorskip("voila")
    with serving(project, "voila", "takepage.ipynb") as url:
        page = new_page(chromium, 1200, 1400)
        page.goto(url, timeout=90_000)
        card = page.get_by_role("article", name="take 1", exact=True)
        card.get_by_role("button", name="Open").click(timeout=90_000)
        wait_for(lambda: drawn(page), 60)
        part(page, ".sc-view").focus()
        page.keyboard.press("Home")
        page.keyboard.press("[")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("]")
        wait_for(lambda: region(page) == [0, 1])
        page.keyboard.press("r")
        wait_for(lambda: title(page).startswith("take 1-"), 120)
        fits(page)
        page.context.close()
