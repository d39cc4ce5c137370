"""The limiter of the live page, on samples that are handed to it as the audio thread does."""

from pathlib import Path

import numpy as np
import pytest
from lab import REPOSITORY

RATE, QUANTUM = 8000, 128  # Hz, samples at a time
DELAY = round(0.02 * RATE) - 1

RUN = """([code, channels]) => {
    let Kind;
    globalThis.sampleRate = 8000;
    globalThis.AudioWorkletProcessor = class { port = { told: [], postMessage(gain) { this.told.push(gain); } } };
    globalThis.registerProcessor = (name, kind) => { Kind = kind; };
    (0, eval)(code);
    const limiter = new Kind(), n = channels[0].length, outs = channels.map(() => []);
    for (let at = 0; at < n; at += 128) {
        const ins = channels.map((x) => Float32Array.from(x.slice(at, at + 128)));
        const out = channels.map(() => new Float32Array(ins[0].length));
        limiter.process([ins], [out]);
        out.forEach((y, c) => outs[c].push(...y));
    }
    return [outs, limiter.port.told];
}"""


@pytest.fixture
def limited(page):
    "Runs samples (channels, n) through the limiter: what comes out, without its delay; and the gains that it told."
    text = Path(REPOSITORY, "soundcube/limiter.js").read_text(encoding="utf-8")
    code = text.split("`")[1]

    def run(x: np.ndarray) -> tuple[np.ndarray, list[float]]:
        padded = np.pad(x, ((0, 0), (0, DELAY)))
        outs, told = page.evaluate(RUN, [code, padded.tolist()])
        return np.array(outs)[:, DELAY:], told

    return run


def test_what_is_not_too_loud_stays_as_it_is(limited):
    x = np.float32(np.random.default_rng(0).uniform(-1, 1, (2, 5000)))
    y, told = limited(x)
    assert (np.float32(y) == x).all() and set(told) == {1}


def test_a_loud_tone_is_turned_down_and_stays_a_tone(limited):
    tone = 1.5 * np.sin(2 * np.pi * 440 * np.arange(16000) / RATE)
    x = np.stack([tone, 0.25 * tone])
    y, told = limited(x)
    assert np.abs(y).max() <= 1 + 1e-6
    assert np.corrcoef(y[0, 500:], x[0, 500:])[0, 1] > 0.9999 > np.corrcoef(np.clip(x[0], -1, 1), x[0])[0, 1]
    assert np.allclose(y[1], y[0] / 4, atol=1e-6)  # both by the same gain
    assert abs(min(told) - 1 / 1.5) < 1e-3


def test_a_single_peak_is_met_in_time_and_left_behind(limited):
    x = np.full((1, 8000), 0.5)
    x[0, 4000] = 4.0
    y, _ = limited(x)
    assert abs(y[0, 4000] - 1) < 1e-6 and np.abs(y).max() <= 1 + 1e-6
    assert np.abs(np.diff(y[0, :3999])).max() < 0.01  # no click on the way down
    away = np.r_[0:3600, 4400:8000]
    assert np.allclose(y[0, away], 0.5)
