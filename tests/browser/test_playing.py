"""Hands on a live page: pads, keys, MIDI, dials; what is heard is taken from the worklet's own output."""

import json

import numpy as np
import pytest
from conftest import write_notebook
from lab import open_notebook, run_all, wait_for

from soundcube.harmony import heard_chord

LIVE = ".sc-live"
RATE = 8000
ORGAN = '''
import numpy as np
from soundcube.cues import spell_cues
from soundcube.harmony import TRIADS, Progressions
from soundcube.live import LivePanel
from soundcube.scores import parse_chords

class Organ:
    "Plays the chord that is asked for as sines, or, where an energy is asked for, that as a constant."
    rate, channels, follows, settings, at = 8000, 1, True, dict(model="organ", seed=dict(noise=True)), 0
    harmony = Progressions.counted([np.array([TRIADS.index(c) for c in "C F G C Am F G C F G C Am Dm G C".split()])])
    def next(self):
        t, chord = (self.at + np.arange(500)) / 8000, parse_chords(self.cue.chord or "E")[0]
        self.at += 500
        if self.cue.energy is not None:
            return np.full(500, self.cue.energy / 2, np.float32)
        hz = [261.63 * 2 ** (p / 12) for p in chord.pitch_classes]
        return 0.1 * sum(np.sin(2 * np.pi * f * t) for f in hz).astype(np.float32)
    def back(self, sample):
        self.at = min(self.at, max(0, int(sample)) // 500 * 500)
        return self.at
    def forget(self, sample): pass
    def recorded(self, start, seconds, cues): return dict(live=True, cues=spell_cues(cues))

panel = LivePanel()
panel.session.opener.open = lambda model, seed: Organ()
panel'''
TAP = """
window.heard = [];
const code = `registerProcessor("tap", class extends AudioWorkletProcessor {
  process([[x]]) { if (x) this.port.postMessage({ time: currentTime, x: Array.from(x) }); return true; } });`;
const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode) {
    window.context = this.context;
    this.context.audioWorklet.addModule(url).then(() => {
      const tap = new AudioWorkletNode(this.context, "tap");
      tap.port.onmessage = ({ data }) => window.heard.push(data);
      connect.call(this, tap);
      connect.call(tap, to);
    });
  }
  return connect.call(this, to, ...rest);
};
window.stamp = () => {
  const { contextTime, performanceTime } = window.context.getOutputTimestamp();
  return [contextTime, performanceTime];
};
for (const kind of ["keydown", "input"]) addEventListener(kind, (event) => { window.struck = event.timeStamp; }, true);
"""
MIDI = """
const input = { name: "Test keys", state: "connected", onmidimessage: null };
const access = { inputs: new Map([["1", input]]), onstatechange: null };
Object.defineProperty(navigator, "requestMIDIAccess", { value: async () => access, configurable: true });
window.strike = (notes) => notes.forEach((n) =>
  input.onmidimessage({ data: [0x90, n, 80], timeStamp: performance.now() }));
window.release = (notes) => notes.forEach((n) =>
  input.onmidimessage({ data: [0x80, n, 0], timeStamp: performance.now() }));
window.unplug = () => { input.state = "disconnected"; access.onstatechange(); };
"""


def attribute(page, name: str) -> str:
    return page.locator(LIVE).first.get_attribute(f"data-{name}") or ""


def captured(page, seconds: float) -> np.ndarray:
    "The last seconds that came out of the worklet, (n,)."
    parts = page.evaluate("n => window.heard.slice(-n).map((p) => p.x)", int(seconds * RATE / 128))
    return np.concatenate([np.array(x, np.float32) for x in parts])


def sounds(page, chord: str) -> None:
    "Wait until a chord comes out of the worklet, and the page says that it is asked for and heard."
    wait_for(lambda: heard_chord(captured(page, 0.6), RATE) == chord, 20)
    wait_for(lambda: (attribute(page, "chord"), attribute(page, "heard")) == (chord, chord), 20)


def opened(page, url: str, name: str) -> None:
    open_notebook(page, url, name)
    run_all(page)
    page.locator(LIVE).first.wait_for(timeout=60_000)


def start(page) -> None:
    page.get_by_role("button", name="Play", exact=False).first.click()
    wait_for(lambda: float(attribute(page, "played") or 0) > 0, 60)


@pytest.fixture
def organ(page, small, small_lab):
    "A page on which an organ plays."
    write_notebook(small / "organ.ipynb", ORGAN)
    page.add_init_script(TAP + MIDI)
    opened(page, small_lab, "organ.ipynb")
    start(page)
    return page


def test_pads_keys_and_names(organ, small, look):
    wait_for(lambda: heard_chord(captured(organ, 0.6), RATE) == "E", 20)
    names = organ.locator(".sc-pads").first.locator(".sc-pad:not([hidden]) .sc-chord").all_inner_texts()
    assert names[0] == "C" and set(names) == {"C", "F", "G", "Am", "Dm"}  # of this music, the most usual first
    organ.get_by_role("button", name="Record").click()
    organ.get_by_label("Chord Am", exact=True).first.click()
    sounds(organ, "Am")
    cells = organ.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    organ.keyboard.press("a")  # the first pad
    sounds(organ, "C")
    likely = organ.locator(".sc-after .sc-pad").first.inner_text().split()[0]
    assert likely == "F"
    organ.keyboard.press("1")  # what follows
    sounds(organ, "F")
    for key in "bxm":  # no pads; and none of the notebook's shortcuts
        organ.keyboard.press(key)
    assert organ.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells
    organ.get_by_label("A chord by name").fill("Bb")
    organ.keyboard.press("Enter")
    sounds(organ, "Bb")
    organ.get_by_label("A chord by name").fill("H7")
    organ.keyboard.press("Enter")
    organ.get_by_role("alert").filter(has_text="chords: can't read 'H7'").wait_for()
    look("playing")
    organ.get_by_title("No chord:").click()
    wait_for(lambda: attribute(organ, "chord") == "")
    organ.get_by_role("button", name="Stop recording").click()
    organ.locator(".sc-saved", has_text="saved live").wait_for()
    record = json.loads(max((small / "output").glob("live *.json")).read_text())
    played = [word for word in record["cues"].replace(";", "").split() if word[0].isalpha()]
    assert played == ["Am", "C", "F", "Bb"]  # what hands did is kept
    assert float(attribute(organ, "underruns")) == 0 and organ.errors == []


def test_midi(organ):
    organ.get_by_role("button", name="MIDI keyboard").click()
    organ.get_by_text("MIDI: Test keys").wait_for()
    organ.evaluate("strike([57, 60, 64])")
    sounds(organ, "Am")
    organ.evaluate("release([57]), release([60]), release([64])")  # let go, it is held
    organ.evaluate("strike([55, 59, 62])")
    sounds(organ, "G")
    organ.evaluate("unplug()")
    organ.get_by_text("No MIDI keyboard is connected").wait_for()
    refuse = "Object.defineProperty(navigator, 'requestMIDIAccess', { configurable: true, value: %s })"
    denied = ("() => Promise.reject(new Error('denied'))", "refused MIDI (denied)")
    for way, words in (denied, ("undefined", "no Web MIDI")):
        if organ.get_by_role("button", name="MIDI keyboard").get_attribute("aria-pressed") == "true":
            organ.get_by_role("button", name="MIDI keyboard").click()
        organ.evaluate(refuse % way)
        organ.get_by_role("button", name="MIDI keyboard").click()
        organ.get_by_text(words).wait_for()
    assert organ.errors == []


def test_what_the_page_measures_is_so(organ):
    "The time from hand to ear that the page shows, against the first changed sample that came out of the worklet."
    for value in (0.4, 0.8):
        before = float(attribute(organ, "hands") or 0)
        organ.get_by_role("slider", name="Energy").evaluate(
            "(e, value) => { e.value = value; e.dispatchEvent(new Event('input')); }", value
        )
        wait_for(lambda: float(attribute(organ, "hands") or 0) > before, 20)
        wait_for(lambda: abs(captured(organ, 0.1)[-1] - value / 2) < 1e-4, 20)
        organ.wait_for_timeout(300)
        parts = organ.evaluate("() => window.heard.slice(-800)")
        x, times = np.concatenate([p["x"] for p in parts]), np.concatenate(
            [p["time"] + np.arange(len(p["x"])) / RATE for p in parts]
        )
        first = times[np.flatnonzero(np.abs(x - value / 2) > 1e-4)[-1] + 1]  # from here on, it is all new
        output, struck = organ.evaluate("() => [stamp(), struck]")
        heard = output[1] / 1000 + first - output[0] - struck / 1000
        shown = float(attribute(organ, "hand"))
        print(f"shown {shown:.3f} s, heard {heard:.3f} s")
        assert abs(heard - shown) < 0.1
    assert float(attribute(organ, "underruns")) == 0


def test_two_views_and_a_model_without_a_plan(page, small, small_lab):
    "Two views of a panel are two pages: one sounds, both play. A model that can't be told says so."
    write_notebook(small / "two.ipynb", ORGAN.replace("Organ()\npanel", "Organ()"), "panel", "panel")
    page.add_init_script(TAP)
    opened(page, small_lab, "two.ipynb")
    views = page.locator(LIVE)
    wait_for(lambda: views.count() == 2)
    start(page)
    views.nth(1).get_by_text("It plays in another tab").wait_for()
    views.nth(1).get_by_label("Chord F", exact=True).first.click()
    sounds(page, "F")
    code = "Organ.follows, Organ.harmony = False, None\npanel.session.reseed()"
    page.evaluate(
        """code => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel
            .requestExecute({code}).done.then(() => null)""",
        code,
    )
    views.nth(0).get_by_text("trained without plans").first.wait_for()
    assert views.nth(0).get_by_label("Chord C", exact=True).first.is_disabled()
    views.nth(1).get_by_role("button", name="Stop").click()
    wait_for(lambda: attribute(page, "state") == "stopped")
    assert page.errors == []
