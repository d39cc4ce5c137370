// A take's time on the page: what part of it is seen, its picture, the playhead, the region that is played in a loop.

import { h, bytes, clock } from "./base.js";
import { GUTTER, colourful, draw } from "./drawing.js";

const CLOSEST = 0.5;   // seconds that are seen at least
const GRIP = 7;        // pixels from an edge of the region at which it is taken hold of
const LEAST = 0.1;     // seconds of a region

const within = (x, low, high) => Math.min(Math.max(x, low), high);

// read(start, stop): asks for the picture of a part; seek(t): moves the playhead; changed(): the view was, or the part.
export class Timeline {
  constructor({ read, seek, changed, say }) {
    Object.assign(this, { read, seek, changed, say, from: 0, to: 1, seconds: 0, at: 0, region: null, asked: 0 });
    this.canvas = h("canvas", { className: "sc-canvas" });
    this.head = h("div", { className: "sc-head" });
    this.shade = h("div", { className: "sc-shade", hidden: true });
    const slider = { tabIndex: 0, role: "slider", "aria-valuemin": 0 };
    const about = { ...slider, className: "sc-view", "aria-label": "Position" };
    this.view = h("div", about, this.canvas, this.shade, this.head);
    this.band = h("div", { className: "sc-region", hidden: true });
    const title = "Drag to choose a part; [ and ] set its ends where the playhead is";
    const group = { tabIndex: 0, role: "group", className: "sc-loopbar", title };
    this.bar = h("div", { ...group, "aria-label": "Part: none" }, this.band);
    this.el = h("div", { className: "sc-timeline" }, this.bar, this.view);
    this.listen();
  }
  get room() { return this.view.clientWidth - GUTTER.left - GUTTER.right; }
  get span() { return this.to - this.from; }
  x(t) { return GUTTER.left + ((t - this.from) / this.span) * this.room; }
  time(event) {
    const box = this.view.getBoundingClientRect();
    const t = this.from + ((event.clientX - box.left - GUTTER.left) / this.room) * this.span;
    return within(t, 0, this.seconds);
  }

  // --- what part is seen -------------------------------------------------------------------------------------------
  take(seconds, name) {
    const whole = !this.seconds || this.span > 0.99 * this.seconds || this.to > seconds;
    const kept = whole ? [0, seconds] : [this.from, this.to];
    this.seconds = seconds;
    this.view.setAttribute("aria-label", `Position in ${name}`);
    this.view.setAttribute("aria-valuemax", seconds.toFixed(1));
    if (this.region && this.region[1] > seconds) this.select(null);
    this.look(...kept);
  }
  look(from, to) {
    const span = within(to - from, Math.min(CLOSEST, this.seconds), this.seconds);
    this.from = within(from, 0, this.seconds - span);
    this.to = this.from + span;
    this.show();
    this.changed();
    this.redraw();
  }
  zoom(factor, around = this.at) {
    const span = this.span * factor, share = within((around - this.from) / this.span, 0, 1);
    this.look(around - share * span, around + (1 - share) * span);
  }
  follow() {
    if (this.at < this.from || this.at > this.to) this.look(this.at - 0.05 * this.span, this.at + 0.95 * this.span);
  }

  // --- the picture: asked for when the view has come to rest, drawn as it arrives ------------------------------------
  redraw() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.fetch(), 80);
  }
  async fetch() {
    const number = ++this.asked;
    if (!this.seconds || this.room < 50) return;
    try {
      const { rows, buffers, ...about } = await this.read(this.from, this.to);
      if (number !== this.asked) return;
      const [wave, picture] = buffers, spectrogram = colourful(bytes(picture, Uint8Array), rows);
      this.drawing = { ...about, wave: bytes(wave, Int8Array), spectrogram };
      this.paint();
    } catch (error) { if (number === this.asked) this.say(error.message); }
  }
  paint() {
    if (!this.drawing || this.room < 50) return;
    draw(this.canvas, this.view.clientWidth, this.drawing);
    this.view.dataset.drawn = `${this.drawing.start.toFixed(2)} ${this.drawing.seconds.toFixed(2)}`;
  }

  // --- playhead and region -----------------------------------------------------------------------------------------
  select(region) {
    const [a, b] = region ?? [0, 0], ends = [Math.min(a, b), Math.max(a, b)];
    this.region = region && ends[1] - ends[0] >= LEAST ? ends : null;
    this.show();
    this.changed();
  }
  mark(end) { // 0: it begins at the playhead, 1: it ends there
    const region = [...(this.region ?? (end ? [0, this.at] : [this.at, this.seconds]))];
    region[end] = this.at;
    if (region[1] - region[0] < LEAST) region[1 - end] = end ? 0 : this.seconds;
    this.select(region);
  }
  show(at = this.at) {
    this.at = at;
    this.head.hidden = at < this.from || at > this.to + 1e-3;
    this.head.style.transform = `translateX(${this.x(at)}px)`;
    this.view.setAttribute("aria-valuenow", at.toFixed(2));
    this.view.setAttribute("aria-valuetext", `${clock(at)} of ${clock(this.seconds)}`);
    for (const el of [this.shade, this.band]) this.cover(el);
    const words = this.region ? this.region.map((t) => t.toFixed(1)).join(" to ") + " s" : "none";
    this.bar.setAttribute("aria-label", `Part: ${words}`);
    this.bar.dataset.region = this.region ? this.region.map((t) => t.toFixed(2)).join(" ") : "";
  }
  cover(el) {
    const [a, b] = (this.region ?? [0, 0]).map((t) => within(this.x(t), GUTTER.left, GUTTER.left + this.room));
    el.hidden = !this.region || b <= a;
    Object.assign(el.style, { left: `${a}px`, width: `${b - a}px` });
  }
  listen() {
    const drag = (el, begin, move) => {
      el.onpointerdown = (event) => { el.setPointerCapture(event.pointerId); begin(event); };
      el.onpointermove = (event) => { if (event.buttons & 1) move(event); };
    };
    const seek = (event) => this.seek(this.time(event));
    drag(this.view, seek, seek);
    drag(this.bar, (event) => this.grip(event), (event) => this.select([this.anchor, this.time(event)]));
    this.el.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.resized = new ResizeObserver(() => this.sized());
    this.resized.observe(this.view);
  }
  // The edge that is taken hold of moves, and the other one stays; elsewhere a new region begins.
  grip(event) {
    const x = event.clientX - this.view.getBoundingClientRect().left, near = (t) => Math.abs(this.x(t) - x) < GRIP;
    const held = (this.region ?? []).findIndex(near);
    this.anchor = held < 0 ? this.time(event) : this.region[1 - held];
    if (held < 0) this.select(null);
  }
  wheel(event) {
    if (!event.ctrlKey && !event.shiftKey) return;
    event.preventDefault();
    const by = Math.sign(event.deltaY || event.deltaX);
    if (event.ctrlKey) this.zoom(by > 0 ? 1.25 : 0.8, this.time(event));
    else this.look(this.from + 0.1 * by * this.span, this.to + 0.1 * by * this.span);
  }
  sized() {
    this.paint();
    this.show();
    this.changed();
  }
  close() {
    clearTimeout(this.waiting);
    this.resized.disconnect();
  }
}
