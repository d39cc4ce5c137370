// A running picture of what plays: its spectrogram, and the chords that are asked for and heard.

import { h } from "./base.js";
import { colourful } from "./drawing.js";

const TALL = 104, NAMES_TALL = 17, PER_SECOND = 60, BINS = 104, LOWEST = 50; // pixels; pixels a second; rows; Hz

export class Scope {
  constructor() {
    this.canvas = h("canvas", { className: "sc-scope" });
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "Spectrogram of what plays, and its chords");
    this.el = this.canvas;
    Object.assign(this, { names: [], at: 0, left: 0, frame: 0, meter: null, edges: null });
  }
  // Begin to draw what an AnalyserNode sees.
  watch(meter) {
    this.meter = meter;
    const n = meter.frequencyBinCount, most = meter.context.sampleRate / 2;
    const edge = (k) => (LOWEST * (most / LOWEST) ** (k / BINS) * n) / most;
    this.edges = Array.from({ length: BINS + 1 }, (_, k) => Math.min(n - 1, edge(k)));
    this.bins = new Uint8Array(n);
    this.column = new Uint8Array(BINS);
    this.at = performance.now();
    cancelAnimationFrame(this.frame);
    const draw = () => { this.draw(); this.frame = requestAnimationFrame(draw); };
    this.frame = requestAnimationFrame(draw);
  }
  rest() { cancelAnimationFrame(this.frame); }
  // A chord's name from now on, in row 0, asked, or 1, heard.
  name(row, text) {
    if (this.names.findLast((n) => n.row === row)?.text !== text) this.names.push({ row, text, at: performance.now() });
  }
  draw() {
    const { canvas } = this, wide = canvas.clientWidth, now = performance.now();
    if (!wide) return;
    if (canvas.width !== wide) this.clear(wide);
    const passed = ((now - this.at) / 1000) * PER_SECOND + this.left, step = Math.floor(passed);
    if (!step) return;
    Object.assign(this, { at: now, left: passed - step });
    const g = canvas.getContext("2d");
    g.drawImage(canvas, step, 0, wide - step, TALL, 0, 0, wide - step, TALL);
    g.drawImage(this.look(), wide - step, 0, step, TALL);
    this.write(g, wide, now);
  }
  clear(wide) {
    Object.assign(this.canvas, { width: wide, height: TALL + 2 * NAMES_TALL });
    this.canvas.getContext("2d").fillRect(0, 0, wide, TALL);
  }
  look() {
    this.meter.getByteFrequencyData(this.bins);
    for (let k = 0; k < BINS; k++) {
      const from = Math.floor(this.edges[k]), to = Math.max(from + 1, Math.floor(this.edges[k + 1]));
      this.column[k] = this.bins.subarray(from, to).reduce((most, v) => Math.max(most, v), 0);
    }
    return colourful(this.column, BINS);
  }
  write(g, wide, now) {
    const style = getComputedStyle(this.canvas), x = (name) => wide - ((now - name.at) / 1000) * PER_SECOND;
    g.clearRect(0, TALL, wide, 2 * NAMES_TALL);
    g.font = "12px sans-serif";
    g.textBaseline = "middle";
    for (const row of [0, 1]) {
      const own = this.names.filter((name) => name.row === row), y = TALL + NAMES_TALL * (row + 0.5) + 1;
      g.fillStyle = style.getPropertyValue(row ? "color" : "accent-color");
      own.forEach((name, k) => {
        const from = Math.max(48, x(name)), to = k + 1 < own.length ? x(own[k + 1]) : wide;
        if (to < 48) this.names.splice(this.names.indexOf(name), 1);
        else if (to - from > g.measureText(name.text).width + 2) g.fillText(name.text, from, y);
      });
      g.fillText(row ? "heard" : "asked", 0, y);
    }
  }
}
