// Sliders whose limits come from Python, meters, and a microphone.

import { h, button } from "./base.js";

// A slider for a value. about: {name, label, help, low, high, step}, from Python; value(): what it is now, null for
// free; turn(name, value, at): it is wanted so, since the event at a time.
export function knob(about, value, turn) {
  const { name, label, help, low, high, step } = about;
  const figure = h("output", { className: "sc-value" });
  const input = h("input", { type: "range", min: low, max: high, step, title: help, "aria-label": label });
  const show = () => {
    const now = value();
    input.value = now ?? (low + high) / 2;
    figure.textContent = now === null ? "–" : Number(now).toFixed(2);
    input.setAttribute("aria-valuetext", now === null ? "free" : figure.textContent);
    el.classList.toggle("sc-is-free", now === null);
  };
  input.oninput = (event) => turn(name, Number(input.value), event.timeStamp);
  const el = h("label", { className: "sc-slider" }, h("span", {}, label), input, figure);
  return { name, show, value: figure, input, el };
}

// A slider that can also be left free, by the button beside it.
export function dial(about, value, turn) {
  const made = knob(about, value, turn);
  const leave = (event) => turn(about.name, null, event.timeStamp);
  const free = button("Free", `${about.label}: as it comes in your music`, leave, "sc-free");
  const show = () => {
    made.show();
    free.setAttribute("aria-pressed", value() === null);
  };
  return { ...made, show, free, el: h("div", { className: "sc-dial" }, made.el, free) };
}

// A slider of this page alone.
export function volumeKnob(model, about) {
  const { label, help, low, high, step } = about;
  const input = h("input", { type: "range", min: low, max: high, step, title: help, "aria-label": label });
  const show = () => { input.value = model.get("volume"); };
  input.oninput = () => {
    model.set("volume", Number(input.value));
    model.save_changes();
  };
  show();
  const room = h("span", { className: "sc-value" }); // where other sliders have their figure
  return { show, el: h("label", { className: "sc-slider" }, h("span", {}, label), input, room) };
}

// A meter with its figure; `set(share, text)` with a share from 0 to 1.
export function meter(label) {
  const fill = h("span", { className: "sc-fill" }), value = h("output", { className: "sc-value" }, "–");
  const track = h("span", { className: "sc-track", role: "img", "aria-label": label }, fill);
  const el = h("div", { className: "sc-bar" }, h("span", {}, label), track, value);
  const set = (share, text) => {
    fill.style.width = `${Math.min(100, Math.max(0, 100 * share))}%`;
    if (text !== undefined) value.textContent = text;
  };
  return { el, set };
}

const ending = (kind) => (kind.includes("mp4") ? ".mp4" : kind.includes("ogg") ? ".ogg" : ".webm");

// What the microphone hears for so many seconds, as a file.
export class Microphone {
  constructor(changed, done) {
    Object.assign(this, { recorder: null, changed, done });
  }
  async toggle(seconds) {
    if (this.recorder) return this.stop();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }), parts = [];
    this.recorder = new MediaRecorder(stream);
    this.recorder.ondataavailable = ({ data }) => parts.push(data);
    const enough = setTimeout(() => this.stop(), 1000 * seconds + 500);
    this.recorder.onstop = () => {
      clearTimeout(enough);
      stream.getTracks().forEach((track) => track.stop());
      const kind = this.recorder.mimeType;
      this.recorder = null;
      this.changed();
      if (parts.length) this.done(new File(parts, `microphone${ending(kind)}`, { type: kind }));
    };
    this.recorder.start();
    this.changed();
  }
  stop() { this.recorder?.stop(); }
}
