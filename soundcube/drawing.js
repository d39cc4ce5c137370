// A take as a picture: waveform, spectrogram, plan and axes on one canvas.

import { h, clock } from "./base.js";

const COLOURS = [[0, 0, 4], [81, 18, 124], [183, 55, 121], [252, 137, 97], [252, 253, 191]]; // dark to light
export const GUTTER = { left: 44, right: 44, bottom: 18 };  // room for axes, pixels
const WAVE = 72, PICTURE = 150;                             // heights, pixels
const PLAN = { names: 16, map: 60, pitches: ["C", "Eb", "F♯", "A"] }; // under them: chords and chroma
const FREQUENCIES = [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000];
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]; // seconds between ticks

const hertz = (f) => (f >= 1000 ? `${f / 1000}k` : String(f));

// A round step with which an axis of so many seconds gets about ten ticks.
function tickStep(seconds, room) {
  const least = seconds / Math.max(2, room / 70);
  return STEPS.find((s) => s >= least) ?? 7200;
}

// The colour of each of 256 values.
function palette() {
  return Array.from({ length: 256 }, (_, v) => {
    const at = (v / 255) * (COLOURS.length - 1), k = Math.min(COLOURS.length - 2, Math.floor(at));
    return COLOURS[k].map((c, i) => c + (COLOURS[k + 1][i] - c) * (at - k));
  });
}

// Rows of a picture (lowest first, a byte each) as a small canvas, one pixel a value.
export function colourful(picture, rows) {
  const columns = picture.length / rows, canvas = h("canvas", { width: columns, height: rows });
  const image = new ImageData(columns, rows), table = palette();
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const to = 4 * ((rows - 1 - row) * columns + column);
      image.data.set(table[picture[row * columns + column]], to);
      image.data[to + 3] = 255;
    }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function lowestAndHighest(wave, from, to) {
  let least = 127, most = -127;
  for (let k = from; k < to; k++) {
    least = Math.min(least, wave[2 * k]);
    most = Math.max(most, wave[2 * k + 1]);
  }
  return [least, most];
}

// The left channel above the right one.
function drawWave(g, place, wave, channels) {
  const n = wave.length / channels, height = WAVE / channels;
  for (let k = 0; k < channels; k++) drawLane(g, place, wave.subarray(k * n, (k + 1) * n), k * height, height);
}

function drawLane(g, { left, room }, wave, above, height) {
  const columns = wave.length / 2, half = height / 2 - 4;
  for (let x = 0; x < room; x++) {
    const from = Math.floor((x * columns) / room), to = Math.max(from + 1, Math.floor(((x + 1) * columns) / room));
    const [least, most] = lowestAndHighest(wave, from, Math.min(to, columns));
    if (most < least) continue;
    const top = half * (1 - most / 127) + 2, bottom = half * (1 - least / 127) + 3;
    g.fillRect(left + x, above + top, 1, Math.max(1, bottom - top));
  }
}

function drawFrequencies(g, { left }, low, high) {
  g.textBaseline = "middle";
  g.textAlign = "right";
  for (const f of FREQUENCIES.filter((f) => f >= low && f < high * 0.9)) {
    const y = WAVE + PICTURE * (1 - Math.log(f / low) / Math.log(high / low));
    g.fillText(hertz(f), left - 6, Math.min(y, WAVE + PICTURE - 5));
    g.fillRect(left - 4, y, 4, 1);
  }
  g.fillText("Hz", left - 6, WAVE + 4);
}

function drawTimes(g, { left, room, width, base }, start, seconds) {
  const step = tickStep(seconds, room), short = start + seconds < 60;
  g.textAlign = "center";
  for (let n = Math.ceil(start / step - 1e-6); n * step <= start + seconds; n++) {
    const t = n * step, x = left + (room * (t - start)) / seconds;
    const text = step < 1 ? t.toFixed(1) : short ? String(t) : clock(t);
    g.fillRect(x, base, 1, 4);
    g.fillText(text, Math.min(x, width - 16), base + 12);
  }
  g.fillText(short ? "s" : "min", width - 14, base + 12);
}

// What the colours mean, at the right.
function drawKey(g, { width }, range, ink) {
  const bar = g.createLinearGradient(0, WAVE + PICTURE, 0, WAVE), x = width - GUTTER.right;
  COLOURS.forEach((c, k) => bar.addColorStop(k / (COLOURS.length - 1), `rgb(${c})`));
  g.fillStyle = bar;
  g.fillRect(x + 8, WAVE, 7, PICTURE);
  g.fillStyle = ink;
  g.textAlign = "left";
  const marks = [[0, "0 dB"], [0.5, `−${range / 2}`], [1, `−${range}`]];
  marks.forEach(([at, text]) => g.fillText(text, x + 18, WAVE + 5 + (PICTURE - 10) * at));
}

// A plan's chroma, C the lowest, and above it the names of its chords, as many as there is room for.
function drawPlan(g, { left, room }, { plan, chords, seconds }) {
  const top = WAVE + PICTURE + PLAN.names, row = PLAN.map / 12;
  g.imageSmoothingEnabled = false;
  g.drawImage(plan, left, top, room, PLAN.map);
  g.textAlign = "right";
  PLAN.pitches.forEach((name, k) => g.fillText(name, left - 6, top + PLAN.map - row * (3 * k + 0.5)));
  g.textAlign = "left";
  let free = left;
  for (const [at, name] of chords) {
    const x = left + (room * at) / seconds, wide = g.measureText(name).width;
    if (x < free || x + wide > left + room) continue;
    g.fillText(name, x + 2, top - PLAN.names / 2);
    free = x + wide + 6;
  }
}

// All of it into `canvas`, which is `width` CSS pixels wide; start: the second that it begins at.
export function draw(canvas, width, drawing) {
  const { wave, channels, spectrogram, low, high, range, start = 0, seconds, plan } = drawing;
  const base = WAVE + PICTURE + (plan ? PLAN.names + PLAN.map : 0), scale = devicePixelRatio || 1;
  const place = { left: GUTTER.left, room: width - GUTTER.left - GUTTER.right, width, base };
  Object.assign(canvas, { width: width * scale, height: (base + GUTTER.bottom) * scale });
  const style = getComputedStyle(canvas), g = canvas.getContext("2d");
  const ink = style.getPropertyValue("color"), strong = style.getPropertyValue("accent-color");
  g.scale(scale, scale);
  g.font = "10px sans-serif";
  g.fillStyle = strong === "auto" ? ink : strong;
  drawWave(g, place, wave, channels);
  g.imageSmoothingEnabled = true;
  g.drawImage(spectrogram, place.left, WAVE, place.room, PICTURE);
  g.fillStyle = ink;
  drawFrequencies(g, place, low, high);
  drawTimes(g, place, start, seconds);
  if (plan) drawPlan(g, place, drawing);
  drawKey(g, place, range, ink);
}
