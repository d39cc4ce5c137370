"""Two channels in a real page, without a kernel: what the loudspeaker plays, and what is drawn of a take."""

from pathlib import Path

import pytest
from lab import new_page

SCRIPTS = Path(__file__).parents[2] / "soundcube"
HOME = "http://localhost:9/"  # nobody is asked there; but a loudspeaker wants a page from localhost

PLAY = """async (channels) => {
  const { Speaker } = await import("/speaker.js");
  const speaker = new Speaker(8000), split = new ChannelSplitterNode(speaker.context, { numberOfOutputs: 2 });
  const meters = [0, 1].map((k) => {
    const meter = new AnalyserNode(speaker.context, { fftSize: 1024 });
    split.connect(meter, k);
    return meter;
  });
  speaker.gain.connect(split);
  let played = 0;
  await speaker.begin(1, channels, (run, heard) => { played = heard.played; });
  await speaker.context.resume();
  const sound = new Float32Array(8000 * channels);
  for (let k = 0; k < 8000; k++)
    for (let c = 0; c < channels; c++) sound[k * channels + c] = (c ? 0.1 : 0.5) * Math.sin(k);
  speaker.play(sound);
  while (played < 4000) await new Promise((done) => setTimeout(done, 20));
  const levels = meters.map((meter) => {
    const x = new Float32Array(1024);
    meter.getFloatTimeDomainData(x);
    return Math.max(...x.map(Math.abs));
  });
  await speaker.finish();
  const all = played;
  await speaker.close();
  return [levels, all];
}"""

DRAW = """async (channels) => {
  const { draw } = await import("/drawing.js");
  const canvas = document.body.appendChild(document.createElement("canvas")), wave = new Int8Array(channels * 200);
  for (let k = 0; k < 100; k++) { wave[2 * k] = -127; wave[2 * k + 1] = 127; }  // the left is loud, the right silent
  const spectrogram = document.createElement("canvas");
  draw(canvas, 300, { wave, channels, spectrogram, low: 50, high: 4000, range: 80, seconds: 3, chords: [] });
  const column = canvas.getContext("2d").getImageData(150, 0, 1, 72).data;
  return Array.from({ length: 72 }, (_, row) => column[4 * row + 3] > 0);
}"""


@pytest.fixture(scope="module")
def page(chromium):
    page = new_page(chromium)

    def answer(route):
        file = SCRIPTS / route.request.url.removeprefix(HOME)
        if file.suffix == ".js":
            return route.fulfill(body=file.read_text(encoding="utf-8"), content_type="text/javascript")
        route.fulfill(body="<!doctype html><title>stereo</title>", content_type="text/html")

    page.route(f"{HOME}**", answer)
    page.goto(HOME)
    yield page
    assert not page.errors, page.errors
    page.close()


def test_left_and_right_are_heard_apart(page):
    (left, right), played = page.evaluate(PLAY, 2)
    assert played == 8000  # samples of each channel
    assert 0.4 < left < 0.51 and 0.08 < right < 0.11, (left, right)


def test_mono_is_heard_on_both(page):
    (left, _), played = page.evaluate(PLAY, 1)
    assert played == 8000 and 0.4 < left < 0.51


def test_each_channel_has_its_lane(page):
    assert sum(page.evaluate(DRAW, 1)) > 60
    lanes = page.evaluate(DRAW, 2)
    assert sum(lanes[:36]) > 24 and sum(lanes[36:]) < 4, lanes
