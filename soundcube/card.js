// A take on the page: its name, its picture, its sound.

import { h, button, bytes, clock } from "./base.js";
import { GUTTER, colourful, draw } from "./drawing.js";
import { Hearing } from "./hearing.js";

const FORMATS = ["wav", "flac", "mp3"];
const percent = (db) => Math.min(100, Math.max(0, 100 + (db * 100) / 60));

export class Card {
  constructor(take, ask, shelf, opens = false) {
    Object.assign(this, { take, ask, shelf, opens, drawing: null, asked: false });
    this.hearing = new Hearing(ask, take.name);
    this.note = h("div", { className: "sc-note", role: "alert", hidden: true });
    this.title = h("div", { className: "sc-title" });
    this.el = h("article", { className: "sc-card", tabIndex: -1, "aria-label": take.title }, this.title, this.note);
    this.view = this.picture();
    this.nameIt();
    if (take.error) this.say(take.error);
    else this.el.append(this.view, this.controls(), this.about());
    this.update(take);
    this.listen();
    this.show();
  }

  // --- its parts ---------------------------------------------------------------------------------------------------
  picture() {
    this.canvas = h("canvas", { className: "sc-canvas" });
    this.head = h("div", { className: "sc-head", hidden: true });
    const label = `Position in ${this.take.title}`, className = this.take.planned ? "sc-view sc-planned" : "sc-view";
    const about = { className, tabIndex: 0, role: "slider", "aria-label": label, "aria-valuemin": 0 };
    return h("div", about, this.canvas, this.head);
  }
  nameIt() {
    const { take } = this;
    const mark = () => this.do({ do: "favourite", on: !this.take.favourite });
    this.star = button("", "Favourite", mark, "sc-star");
    const name = h("h3", { title: take.name }, take.title);
    const kind = h("span", { className: "sc-kind" }, take.ending.slice(1));
    const rename = button("Rename", "Give it another name", () => this.rename());
    const remove = button("Delete", "Put it into the folder .bin", () => this.remove());
    const space = h("span", { className: "sc-space" });
    const open = button("Open", "Work on it: play a part again, go on differently", () => this.do({ do: "open" }));
    const doing = [...(this.opens && !take.error ? [open] : []), rename, remove];
    this.title.replaceChildren(...(this.shelf ? [this.star, name, kind, space, ...doing] : [name, kind]));
    this.update(take);
  }
  controls() {
    this.button = button("", "Play it, or hold it (space)", () => this.toggle(), "sc-play");
    this.time = h("span", { className: "sc-time" });
    this.loop = button("⟳ Loop", "Play it again and again (L)", () => this.setLoop());
    this.loop.setAttribute("aria-pressed", "false");
    const range = { type: "range", min: 0, max: 1, step: 0.01, value: 1 };
    this.volume = h("input", { ...range, title: "Volume", "aria-label": "Volume" });
    this.volume.oninput = () => { this.hearing.audio.volume = this.volume.value ** 2; };
    const volume = h("label", { className: "sc-volume" }, "Vol", this.volume);
    return h("div", { className: "sc-row" }, this.button, this.time, this.loop, volume, ...this.meter());
  }
  meter() {
    this.level = h("span", { className: "sc-fill" });
    this.peak = h("span", { className: "sc-peak", hidden: true });
    const title = "Lit when samples were cut off: the take is too loud for its file";
    this.clip = h("span", { className: "sc-clip", title, role: "img", "aria-label": "Clip" }, "clip");
    return [h("span", { className: "sc-track", role: "img", "aria-label": "Level" }, this.level, this.peak), this.clip];
  }
  about() {
    const formats = FORMATS.map((f) => f.toUpperCase())
      .map((name) => button(name, `Download as ${name}`, () => this.download(`.${name.toLowerCase()}`)));
    this.matched = h("span", { className: "sc-matched" });
    const words = this.take.words.map(([k, v]) => h("span", {}, `${k} `, h("b", {}, v)));
    this.noted = h("span");
    return h("div", { className: "sc-foot" }, h("div", { className: "sc-words" }, ...words, this.matched, this.noted),
      h("span", { className: "sc-group", role: "group", "aria-label": "Download" }, "↓", ...formats));
  }

  // --- what is asked of the kernel ---------------------------------------------------------------------------------
  say(text) { this.note.textContent = text ?? ""; this.note.hidden = !text; }
  async do(message) {
    this.say("");
    try {
      await this.ask({ ...message, name: this.take.name });
      return true;
    } catch (error) { this.say(error.message); }
    return false;
  }
  update(take) {
    this.take = take;
    this.star.textContent = take.favourite ? "★" : "☆";
    this.star.setAttribute("aria-pressed", take.favourite);
    this.noted?.replaceChildren(...(take.note ? ["note ", h("b", {}, take.note)] : []));
  }
  // A refused name keeps the field and what was typed; a card of the new name takes the focus over.
  rename() {
    const input = h("input", { value: this.take.title, maxLength: 100, "aria-label": "New name" });
    const done = h("button", { type: "submit" }, "Rename");
    const cancel = button("Cancel", "Keep the old name", () => this.leave());
    const form = h("form", { className: "sc-row" }, input, done, cancel);
    form.onsubmit = async (event) => {
      event.preventDefault();
      if (input.value === this.take.title) return this.leave();
      Card.focusNext = true;
      if (await this.do({ do: "rename", title: input.value })) return;
      Card.focusNext = false;
      input.focus();
    };
    form.onkeydown = (event) => {
      if (event.key === "Escape") this.leave();
      if (event.key === "Enter" && event.target === input) { event.preventDefault(); form.requestSubmit(); }
    };
    this.title.replaceChildren(form);
    input.focus();
    input.select();
  }
  leave() {
    this.say("");
    this.nameIt();
    this.el.focus();
  }
  remove() {
    const go = () => { this.hearing.pause(); this.leave(); this.do({ do: "delete" }); };
    const yes = button("Delete", "Put it into the folder .bin", go, "sc-danger");
    const no = button("Keep", "Leave it where it is", () => this.leave());
    const text = `Delete ${this.take.title}? It goes to the folder .bin.`;
    const question = h("span", { className: "sc-question" }, text);
    this.title.replaceChildren(question, h("span", { className: "sc-space" }), yes, no);
    no.focus();
  }
  async download(ending) {
    this.say("");
    try {
      const { buffers, file } = await this.ask({ do: "download", name: this.take.name, ending });
      const url = URL.createObjectURL(new Blob(buffers));
      h("a", { href: url, download: file }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) { this.say(error.message); }
  }

  // --- seeing ------------------------------------------------------------------------------------------------------
  async see() {
    if (this.asked || this.take.error) return;
    this.asked = true;
    try {
      const { rows, buffers, ...about } = await this.ask({ do: "draw", name: this.take.name });
      const [wave, picture, told] = buffers, spectrogram = colourful(bytes(picture, Uint8Array), rows);
      const plan = told && colourful(bytes(told, Uint8Array), 12);
      this.drawing = { ...about, wave: bytes(wave, Int8Array), spectrogram, plan };
      this.redraw();
    } catch (error) { this.say(error.message); }
  }
  redraw() {
    const width = this.view.clientWidth;
    if (this.drawing && width > 100) draw(this.canvas, width, this.drawing);
    this.show();
  }
  get seconds() { return this.drawing?.seconds || this.take.seconds || 0; }

  // --- hearing -----------------------------------------------------------------------------------------------------
  async toggle() {
    if (this.hearing.going) return this.hearing.pause();
    this.button.setAttribute("aria-busy", "true");
    try {
      this.say("");
      this.say(await this.hearing.play());
    } catch (error) { this.say(error.message); }
    this.button.removeAttribute("aria-busy");
    this.show();
  }
  setLoop() {
    this.hearing.audio.loop = !this.hearing.audio.loop;
    this.loop.setAttribute("aria-pressed", this.hearing.audio.loop);
  }
  async seek(to) {
    try {
      await this.hearing.seek(Math.min(Math.max(0, to), this.seconds));
    } catch (error) { return this.say(error.message); }
    this.show();
  }
  match(target) {
    this.hearing.match(target);
    this.show();
  }

  // --- showing -----------------------------------------------------------------------------------------------------
  show() {
    if (this.take.error) return;
    const { at, going, change } = this.hearing, width = this.view.clientWidth - GUTTER.left - GUTTER.right;
    this.button.textContent = going ? "❚❚ Pause" : "▶ Play";
    this.time.textContent = `${clock(at)} / ${clock(this.seconds)}`;
    this.matched.textContent = change ? `${change > 0 ? "+" : "−"}${Math.abs(change).toFixed(1)} dB` : "";
    this.head.hidden = !this.drawing;
    this.head.style.transform = `translateX(${GUTTER.left + (this.seconds ? (width * at) / this.seconds : 0)}px)`;
    this.view.setAttribute("aria-valuemax", this.seconds.toFixed(1));
    this.view.setAttribute("aria-valuenow", at.toFixed(1));
    this.view.setAttribute("aria-valuetext", `${clock(at)} of ${clock(this.seconds)}`);
  }
  animate() {
    const { level, peak, clipped } = this.hearing.measure();
    this.level.style.width = `${percent(level)}%`;
    this.peak.style.left = `${percent(peak)}%`;
    this.peak.hidden = peak < -60;
    this.clip.classList.toggle("sc-lit", clipped);
    Object.assign(this.el.dataset, { level: level.toFixed(1), peak: peak.toFixed(1) });
    this.show();
    if (this.hearing.going) requestAnimationFrame(() => this.animate());
  }
  place(event) {
    const box = this.view.getBoundingClientRect();
    return ((event.clientX - box.left - GUTTER.left) / (box.width - GUTTER.left - GUTTER.right)) * this.seconds;
  }
  listen() {
    const { audio } = this.hearing;
    audio.onplay = audio.onpause = audio.onended = () => this.animate();
    this.view.onpointerdown = (event) => {
      this.view.setPointerCapture(event.pointerId);
      this.seek(this.place(event));
    };
    this.view.onpointermove = (event) => { if (event.buttons & 1) this.seek(this.place(event)); };
    this.el.onkeydown = (event) => this.key(event);
    this.resized = new ResizeObserver(() => this.redraw());
    this.resized.observe(this.view);
    const seen = (entries) => { if (entries.some((e) => e.isIntersecting)) this.see(); };
    this.seen = new IntersectionObserver(seen);
    this.seen.observe(this.el);
  }
  key(event) {
    if (this.take.error || event.target.matches("input, button")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { at } = this.hearing, step = event.shiftKey ? 1 : 5, to = (seconds) => () => this.seek(seconds);
    const moves = { ArrowLeft: to(at - step), ArrowRight: to(at + step), Home: to(0), End: to(this.seconds) };
    const keys = { ...moves, " ": () => this.toggle(), l: () => this.setLoop() };
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }
  close() {
    this.hearing.close();
    this.resized.disconnect();
    this.seen.disconnect();
    this.el.remove();
  }
}
