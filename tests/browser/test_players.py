"""Takes in a real page: seen, heard, renamed, marked, deleted, downloaded."""

import io

import soundfile
from lab import open_notebook, restart, run_all, wait_for

CARD = ".sc-card"


def number(page, selector: str, name: str) -> float:
    return float(page.locator(selector).first.get_attribute(name) or "nan")


def test_a_take_is_heard_and_kept_in_order(page, look, small, small_lab):
    open_notebook(page, small_lab, "players.ipynb")
    run_all(page)
    player, shelf = page.locator(".sc-takes").first, page.locator(".sc-cards")
    shelf.wait_for(timeout=60_000)
    player.locator(".sc-head").wait_for(state="attached")

    view = player.locator(".sc-view")
    player.get_by_role("button", name="Play").click()
    wait_for(lambda: number(page, ".sc-view", "aria-valuenow") > 0.3)
    assert wait_for(lambda: number(page, CARD, "data-level") > -50), "nothing is heard"
    view.focus()
    page.keyboard.press("Space")
    player.get_by_role("button", name="Play").wait_for()
    page.keyboard.press("Home")
    wait_for(lambda: number(page, ".sc-view", "aria-valuenow") == 0)
    box = view.bounding_box()
    view.click(position=dict(x=44 + (box["width"] - 88) / 2, y=100))
    wait_for(
        lambda: abs(number(page, ".sc-view", "aria-valuenow") - float(view.get_attribute("aria-valuemax")) / 2) < 0.2
    )
    page.keyboard.press("l")
    assert player.get_by_role("button", name="Loop").get_attribute("aria-pressed") == "true"
    drawn = page.evaluate("""() => {
        const c = document.querySelector(".sc-canvas"), seen = new Set();
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        for (let k = 0; k < d.length; k += 4) seen.add(d[k] * 65536 + d[k + 1] * 256 + d[k + 2]);
        return seen.size;
    }""")
    assert drawn > 100, "no picture"

    with page.expect_download() as got:
        player.get_by_role("button", name="FLAC").click()
    data = open(got.value.path(), "rb").read()
    assert got.value.suggested_filename == "take 1.flac" and soundfile.info(io.BytesIO(data)).duration > 2

    card = shelf.locator(CARD, has_text="take 2")
    card.get_by_title("Favourite").click()
    card.locator("button.sc-star[aria-pressed=true]").wait_for()
    card.get_by_role("button", name="Rename").click()
    page.keyboard.type("Nocturne")
    page.keyboard.press("Enter")
    shelf.get_by_role("heading", name="Nocturne").wait_for()
    assert (small / "output/Nocturne.wav").exists() and not (small / "output/take 2.wav").exists()
    card = shelf.locator(CARD, has_text="Nocturne")
    card.get_by_role("button", name="Rename").click()
    page.keyboard.type("take 1")
    page.keyboard.press("Enter")
    refused = shelf.locator(CARD, has=page.get_by_label("New name"))  # the field stays, with what was typed
    refused.get_by_role("alert").filter(has_text="already").wait_for()
    page.keyboard.press("Escape")
    card.get_by_role("button", name="Delete").click()
    card.get_by_role("button", name="Keep").click()
    card.get_by_role("button", name="Delete").click()
    card.locator(".sc-danger").click()
    shelf.get_by_role("heading", name="Nocturne").wait_for(state="detached")
    assert (small / "output/.bin/Nocturne.wav").exists()

    restart(page)
    run_all(page)
    page.locator(".sc-cards .sc-head:not([hidden])").first.wait_for(state="attached", timeout=60_000)
    look("players")
    assert page.errors == []
