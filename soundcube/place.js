// The page of soundcube.place.Place: a waveform, and a place in it that is dragged.

import { h, bytes, clock, guardKeys, onTheme } from "./base.js";

const HEIGHT = 56;
const MOVES = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 };

class Waveform {
  constructor(model, el) {
    this.model = model;
    this.canvas = h("canvas", { className: "sc-canvas" });
    this.mark = h("div", { className: "sc-mark" });
    const about = { className: "sc-place", tabIndex: 0, role: "slider", "aria-valuemin": 0 };
    this.view = h("div", { ...about, "aria-label": model.get("label") }, this.canvas, this.mark);
    this.time = h("span", { className: "sc-time" });
    el.append(h("div", { className: "soundcube" }, h("div", { className: "sc-row sc-placing" }, this.view, this.time)));
    this.view.onpointerdown = (event) => { this.view.setPointerCapture(event.pointerId); this.drag(event); };
    this.view.onpointermove = (event) => { if (event.buttons & 1) this.drag(event); };
    this.view.onkeydown = (event) => this.key(event);
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.view);
  }
  get seconds() { return this.model.get("seconds"); }
  set(at) {
    this.model.set("at", Math.round(10 * Math.min(Math.max(0, at), this.seconds)) / 10);
    this.model.save_changes();
    this.show();
  }
  drag(event) {
    const box = this.view.getBoundingClientRect();
    this.set((this.seconds * (event.clientX - box.left)) / box.width);
  }
  key(event) {
    const ends = { Home: 0, End: this.seconds }, at = ends[event.key] ?? this.model.get("at") + MOVES[event.key];
    if (!Number.isFinite(at)) return;
    event.preventDefault();
    event.stopPropagation();
    this.set(at);
  }
  show() {
    const at = this.model.get("at"), share = this.seconds ? Math.min(1, at / this.seconds) : 0;
    this.mark.style.left = `${100 * share}%`;
    this.time.textContent = `${clock(at)} of ${clock(this.seconds)}`;
    this.view.setAttribute("aria-valuenow", at);
    this.view.setAttribute("aria-valuemax", this.seconds);
    this.view.setAttribute("aria-valuetext", this.time.textContent);
  }
  draw() {
    const width = this.view.clientWidth, scale = devicePixelRatio || 1;
    if (!width) return;
    Object.assign(this.canvas, { width: width * scale, height: HEIGHT * scale });
    const g = this.canvas.getContext("2d"), packed = this.model.get("wave");
    g.scale(scale, scale);
    g.fillStyle = getComputedStyle(this.canvas).getPropertyValue("accent-color");
    if (packed?.byteLength) this.bars(g, width, bytes(packed, Int8Array));
    this.show();
  }
  bars(g, width, wave) {
    const columns = wave.length / 2;
    for (let x = 0; x < width; x++) {
      const k = Math.min(columns - 1, Math.floor((x * columns) / width));
      const top = (HEIGHT / 2) * (1 - wave[2 * k + 1] / 127), bottom = (HEIGHT / 2) * (1 - wave[2 * k] / 127);
      g.fillRect(x, top, 1, Math.max(1, bottom - top));
    }
  }
}

function render({ model, el }) {
  guardKeys();
  const waveform = new Waveform(model, el), draw = () => waveform.draw(), show = () => waveform.show();
  const events = { "change:wave": draw, "change:seconds": draw, "change:at": show };
  for (const [event, f] of Object.entries(events)) model.on(event, f);
  const off = onTheme(draw);
  waveform.show();
  return () => {
    off();
    for (const [event, f] of Object.entries(events)) model.off(event, f);
    waveform.resized.disconnect();
  };
}

export default { render };
