// What a take plays, under its time: chords, and curves that are drawn by hand.

import { h } from "./base.js";
import { GUTTER } from "./drawing.js";

const HEIGHT = { chords: 30, curve: 44 };  // pixels
const STEP = 0.05;                         // of a curve, for a key
const CURVES = { energy: "Energy", brightness: "Bright", density: "Density" };
const HELP = "Drag to draw; up and down change it at the playhead, or in the part that is chosen";

// send(message): asks for a change; seek(t): moves the playhead.
export class Lanes {
  constructor(timeline, { send, seek }) {
    Object.assign(this, { timeline, send, seek, plan: null, drawn: null, form: null, written: 0 });
    this.chords = this.lane("chords", "Chords", "Enter, or a double click, writes another chord into it");
    this.curves = Object.entries(CURVES).map(([name, text]) => this.lane(name, text, HELP));
    this.el = h("div", { className: "sc-lanes" }, this.chords.el, ...this.curves.map((lane) => lane.el));
    this.chords.el.ondblclick = (event) => this.write(this.timeline.time(event));
    this.chords.el.onpointerdown = (event) => {
      if (!event.target.closest("form")) this.seek(this.timeline.time(event));
    };
    for (const lane of this.curves) this.listen(lane);
  }
  lane(name, text, title) {
    const canvas = h("canvas", { className: "sc-canvas" }), label = h("span", { className: "sc-lane-name" }, text);
    const role = name === "chords" ? { role: "group" } : { role: "slider", "aria-valuemin": 0, "aria-valuemax": 1 };
    const el = h("div", { className: `sc-lane sc-lane-${name}`, tabIndex: 0, title, "aria-label": text, ...role });
    el.append(canvas, label);
    el.addEventListener("keydown", (event) => this.key(name, event));
    return { name, el, canvas };
  }
  show(plan) {
    this.plan = plan;
    this.draw();
  }
  step(t) {
    const { edges } = this.plan;
    let k = 0;
    while (k < edges.length - 2 && edges[k + 1] <= t) k++;
    return k;
  }

  // --- drawn by hand -------------------------------------------------------------------------------------------------
  listen(lane) {
    const { el } = lane;
    el.onpointerdown = (event) => {
      el.setPointerCapture(event.pointerId);
      this.drawn = { name: lane.name, points: new Map() };
      this.pencil(lane, event);
    };
    el.onpointermove = (event) => { if (event.buttons & 1 && this.drawn) this.pencil(lane, event); };
    el.onpointerup = el.onpointercancel = () => this.finish();
  }
  pencil(lane, event) {
    if (!this.plan) return;
    const box = lane.el.getBoundingClientRect(), share = 1 - (event.clientY - box.top - 4) / (box.height - 8);
    const value = Math.round(100 * Math.min(Math.max(share, 0), 1)) / 100, k = this.step(this.timeline.time(event));
    const last = this.drawn.last ?? { k, value }, by = Math.sign(k - last.k);
    for (let n = last.k; n !== k; n += by) // a quick hand leaves none out
      this.drawn.points.set(n, last.value + ((value - last.value) * (n - last.k)) / (k - last.k));
    this.drawn.points.set(k, value);
    this.drawn.last = { k, value };
    this.draw();
  }
  finish() {
    if (!this.drawn) return;
    const { name, points } = this.drawn, { edges } = this.plan, middle = (k) => (edges[k] + edges[k + 1]) / 2;
    const sorted = [...points].sort(([a], [b]) => a - b).map(([k, value]) => [middle(k), value]);
    this.drawn = null;
    if (sorted.length) this.send({ do: "curve", lane: name, points: sorted });
  }
  values(name) {
    const values = [...this.plan[name]];
    if (this.drawn?.name === name) for (const [k, value] of this.drawn.points) values[k] = value;
    return values;
  }

  // --- by keyboard ---------------------------------------------------------------------------------------------------
  key(name, event) {
    if (!this.plan || event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    const turn = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way) this.hop(way);
    else if (name === "chords" && event.key === "Enter") this.write(this.timeline.at);
    else if (name !== "chords" && turn) this.nudge(name, turn);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  hop(way) {
    const { edges } = this.plan, k = this.step(this.timeline.at) + way;
    this.seek(edges[Math.min(Math.max(k, 0), edges.length - 2)]);
  }
  nudge(name, by) {
    const { edges } = this.plan, values = this.plan[name], { at } = this.timeline, points = [];
    const [a, b] = this.chosen() ?? [at, at];
    for (let k = this.step(a); k <= this.step(Math.max(a, b - 1e-3)); k++)
      points.push([(edges[k] + edges[k + 1]) / 2, Math.min(Math.max((values[k] ?? 0.5) + by, 0), 1)]);
    this.send({ do: "curve", lane: name, points });
  }
  // The chosen part, if the playhead is in it.
  chosen(at = this.timeline.at) {
    const { region } = this.timeline;
    return region && at >= region[0] - 1e-3 && at <= region[1] + 1e-3 ? region : null;
  }
  // Another chord: into the chosen part, or instead of the one that is there.
  write(at) {
    if (!this.plan || this.form) return;
    const span = this.plan.chords.find(([a, b]) => at >= a && at < b) ?? this.plan.chords.at(-1);
    const [start, stop] = this.chosen(at) ?? span, name = span[2];
    const label = `Chord from ${start.toFixed(1)} to ${stop.toFixed(1)} s`;
    const input = h("input", { value: name, maxLength: 60, "aria-label": label, placeholder: "Am" });
    this.form = h("form", { className: "sc-chord" }, input);
    this.written = start;
    const leave = () => { this.form?.remove(); this.form = null; this.chords.el.focus(); };
    this.form.onsubmit = (event) => event.preventDefault();
    input.onkeydown = async (event) => {
      event.stopPropagation();
      if (event.key === "Escape") leave();
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (await this.send({ do: "chord", start, stop, text: input.value })) leave(); // a refused one stays
    };
    this.chords.el.append(this.form);
    this.draw();
    input.focus();
    input.select();
  }

  // --- drawing -------------------------------------------------------------------------------------------------------
  draw() {
    const left = Math.max(0, Math.min(this.timeline.x(this.written), this.el.clientWidth - 150));
    if (this.form) this.form.style.left = `${left}px`;
    for (const lane of [this.chords, ...this.curves]) {
      const width = lane.el.clientWidth, scale = devicePixelRatio || 1, curve = lane !== this.chords;
      const height = curve ? HEIGHT.curve : HEIGHT.chords;
      if (!width) continue;
      Object.assign(lane.canvas, { width: width * scale, height: height * scale });
      const g = lane.canvas.getContext("2d"), style = getComputedStyle(lane.canvas);
      g.scale(scale, scale);
      g.beginPath();
      g.rect(GUTTER.left, 0, this.timeline.room, height);
      g.clip();
      const colours = { ink: style.getPropertyValue("color"), strong: style.getPropertyValue("accent-color") };
      if (this.plan) (curve ? this.drawCurve : this.drawChords).call(this, g, height, colours, lane);
    }
  }
  drawChords(g, height, { ink, strong }) {
    g.font = "12px sans-serif";
    g.textBaseline = "middle";
    for (const [a, b, name] of this.plan.chords) {
      const left = this.timeline.x(a), right = this.timeline.x(b), start = Math.max(left, GUTTER.left);
      g.globalAlpha = name ? 0.16 : 0.05;
      g.fillStyle = strong;
      g.fillRect(left + 0.5, 3, right - left - 1, height - 6);
      g.globalAlpha = 1;
      g.fillStyle = ink;
      if (right - start > g.measureText(name).width + 6) g.fillText(name, start + 4, height / 2 + 1);
    }
  }
  drawCurve(g, height, { strong }, lane) {
    const values = this.values(lane.name), { edges } = this.plan, top = (v) => 4 + (height - 8) * (1 - v);
    values.forEach((value, k) => {
      if (value === null) return;
      const left = this.timeline.x(edges[k]), right = this.timeline.x(edges[k + 1]);
      g.fillStyle = strong;
      g.globalAlpha = 0.2;
      g.fillRect(left, top(value), right - left, height - 4 - top(value));
      g.globalAlpha = 1;
      g.fillRect(left, top(value) - 1, right - left, 2);
    });
    const now = values[this.step(this.timeline.at)];
    lane.el.setAttribute("aria-valuenow", (now ?? 0.5).toFixed(2));
  }
}
