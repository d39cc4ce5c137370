// The page of soundcube.takepage.TakePage: one take to work on.

import { h, asker, button, clock, guardKeys, onKernelLost, onTheme, whatToDo } from "./base.js";
import { Hearing } from "./hearing.js";
import { Lanes } from "./lanes.js";
import { Timeline } from "./timeline.js";

const percent = (db) => Math.min(100, Math.max(0, 100 + (db * 100) / 60));
const KEYS = "space plays, [ and ] choose a part, L loops it, R plays it again, D goes on differently, X compares, " +
  "+ and − zoom, Ctrl+Z takes back";

class Page {
  constructor(model, el) {
    Object.assign(this, { model, asker: asker(model), heard: new Map(), side: "A", loop: false, lufs: null, said: "" });
    const read = (start, stop) => this.ask({ do: "draw", name: this.shown, start, stop });
    const seek = (t) => this.seek(t), changed = () => { this.lanes.draw(); this.marked(); };
    this.timeline = new Timeline({ read, seek, changed, say: (text) => this.say(text) });
    this.lanes = new Lanes(this.timeline, { send: (message) => this.send(message), seek });
    this.note = h("div", { className: "sc-note", role: "alert", hidden: true });
    this.body = h("div", {}, this.header(), this.transport(), this.zooming(), this.timeline.el, this.lanes.el,
      this.actions(), this.more(), this.progress(), this.comparing(), this.tree());
    this.root = h("section", { className: "soundcube sc-take-page", tabIndex: -1 }, this.note, this.body);
    this.root.onkeydown = (event) => this.key(event);
    el.append(this.root);
  }
  get name() { return this.model.get("name"); }
  get take() { return this.model.get("takes")[0] ?? { seconds: 0, title: "" }; }
  get shown() { return this.side === "B" ? this.other.value : this.name; }

  // --- its parts -----------------------------------------------------------------------------------------------------
  header() {
    const mark = () => this.send({ do: "favourite", on: !this.take.favourite });
    this.star = button("", "Favourite", mark, "sc-star");
    this.title = h("h3");
    this.words = h("span", { className: "sc-status" });
    const about = { placeholder: "A note on this take", maxLength: 1000, "aria-label": "Note" };
    const keep = () => this.send({ do: "note", text: this.noted.value });
    this.noted = h("input", { ...about, className: "sc-note-field", onchange: keep });
    this.noted.onkeydown = (event) => { if (event.key === "Enter") this.noted.blur(); };
    const close = button("Close", "Leave this take, and go back to the shelf", () => this.leave());
    const space = h("span", { className: "sc-space" });
    return h("div", { className: "sc-title sc-row" }, this.star, this.title, this.words, space, this.noted, close);
  }
  transport() {
    this.play = button("", "Play it, or hold it (space)", () => this.toggle(), "sc-play");
    this.time = h("span", { className: "sc-time" });
    this.looped = button("⟳ Loop", "Play the chosen part, or all of it, again and again (L)", () => this.setLoop());
    const range = { type: "range", min: 0, max: 1, step: 0.01, value: 1, title: "Volume", "aria-label": "Volume" };
    this.volume = h("input", { ...range, oninput: () => this.loud() });
    this.level = h("span", { className: "sc-fill" });
    const track = h("span", { className: "sc-track", role: "img", "aria-label": "Level" }, this.level);
    this.part = h("span", { className: "sc-status sc-part" });
    const volume = h("label", { className: "sc-volume" }, "Vol", this.volume);
    return h("div", { className: "sc-row" }, this.play, this.time, this.looped, volume, track, this.part);
  }
  zooming() {
    const { timeline } = this;
    const near = button("+", "Look closer (+)", () => timeline.zoom(0.5));
    const far = button("−", "Look from farther away (−)", () => timeline.zoom(2));
    const all = button("All", "See all of it (0)", () => timeline.look(0, timeline.seconds));
    const range = { type: "range", min: 0, max: 1, step: 0.001, title: "Which part is seen", "aria-label": "View" };
    this.scroll = h("input", { ...range, className: "sc-scroll", oninput: () => {
      const from = this.scroll.value * (timeline.seconds - timeline.span);
      timeline.look(from, from + timeline.span);
    } });
    const keys = h("span", { className: "sc-status sc-keys", title: KEYS }, "Keys: " + KEYS);
    return h("div", { className: "sc-row sc-zoom" }, "Zoom", far, near, all, this.scroll, keys);
  }
  actions() {
    const again = "Play the chosen part again, as the lanes say; what is before and after it stays (R)";
    this.again = button("Play this part again", again, () => this.playAgain(), "sc-main");
    const differently = "A new take that is the same up to the playhead, and goes on differently (D)";
    this.differently = button("Go on differently from here", differently, () => this.branch());
    this.undo = button("Undo", "Back to what was on the page before (Ctrl+Z)", () => this.send({ do: "undo" }));
    this.redone = button("Redo", "On again (Ctrl+Shift+Z)", () => this.send({ do: "redo" }));
    return h("div", { className: "sc-row sc-actions" }, this.again, this.differently, this.undo, this.redone);
  }
  more() {
    const number = (value, label) => h("input", { type: "number", min: 0, step: 0.5, value, "aria-label": label });
    const [by, up, down] = [number(10, "Extend by"), number(0.5, "Fade in"), number(2, "Fade out")];
    const trim = () => this.edit("trim", { start: this.timeline.region?.[0], stop: this.timeline.region?.[1] });
    this.trim = button("Trim to this part", "A new take of the chosen part alone", trim);
    const extend = button("Extend", "A new take that goes on where this one ends", () =>
      this.edit("extend", { seconds: Number(by.value) }));
    const fade = button("Fade", "A new take that is faded in and out", () =>
      this.edit("fade", { fade_in: Number(up.value), fade_out: Number(down.value) }));
    const group = (...parts) => h("span", { className: "sc-group" }, ...parts);
    return h("div", { className: "sc-row sc-more" }, group(this.trim), group(extend, "by", by, "s"),
      group(fade, "in", up, "out", down, "s"));
  }
  progress() {
    this.bar = h("progress", { max: 1, value: 0, "aria-label": "Progress" });
    this.doing = h("span", { className: "sc-status", role: "status" });
    this.stop = button("Stop", "Stop; nothing is kept of what was being made", () => this.send({ do: "stop" }));
    return h("div", { className: "sc-row sc-doing" }, this.bar, this.stop, this.doing);
  }
  comparing() {
    this.other = h("select", { "aria-label": "Compare with", onchange: () => this.compare() });
    this.swap = button("A / B", "Hear the other take at the same place, as loud (X)", () => this.turn());
    this.hears = h("span", { className: "sc-status", role: "status" });
    return h("div", { className: "sc-row sc-compare" }, "Compare with", this.other, this.swap, this.hears);
  }
  tree() {
    this.list = h("ul", { className: "sc-tree", "aria-label": "Tree of takes" });
    return h("div", {}, h("div", { className: "sc-status" }, "What was made of what"), this.list);
  }

  // --- what is asked of the kernel -----------------------------------------------------------------------------------
  ask(message) { return this.asker.ask(message); }
  say(text) { this.note.textContent = text ?? ""; this.note.hidden = !text; }
  async send(message) {
    this.say("");
    try {
      await this.ask(message);
      return true;
    } catch (error) { this.say(error.message); }
    return false;
  }
  edit(operation, how) { return this.send({ do: "edit", operation, ...how }); }
  playAgain() {
    const { region } = this.timeline;
    if (!region) return this.say("Choose a part first: drag in the strip above the waveform, or press [ and ].");
    return this.edit("again", { start: region[0], stop: region[1] });
  }
  branch() { return this.edit("branch", { at: this.timeline.at }); }
  async leave() {
    this.silence();
    if (await this.send({ do: "close" })) document.querySelector(".sc-takes")?.focus();
  }

  // --- hearing -------------------------------------------------------------------------------------------------------
  hearing(name = this.shown) {
    if (!this.heard.has(name)) {
      const hearing = new Hearing((message) => this.ask(message), name), { audio } = hearing;
      audio.onplay = audio.onpause = audio.onended = () => this.animate();
      audio.onended = () => this.ended(hearing);
      this.heard.set(name, hearing);
    }
    return this.heard.get(name);
  }
  silence() {
    for (const [name, hearing] of this.heard) {
      hearing.pause();
      if (name !== this.name && name !== this.other.value) { hearing.close(); this.heard.delete(name); }
    }
  }
  async toggle() {
    const hearing = this.hearing();
    if (hearing.going) return hearing.pause();
    try {
      const { at, region, seconds } = this.timeline;
      const inside = !this.loop || !region || (at >= region[0] && at < region[1] - 0.02);
      const note = await hearing.seek(inside ? (at > seconds - 0.05 ? 0 : at) : region[0]);
      hearing.match(this.lufs);
      this.say((await hearing.play()) || note);
      this.loud();
    } catch (error) { this.say(error.message); }
  }
  ended(hearing) {
    if (!this.loop || hearing !== this.hearing()) return this.animate();
    hearing.seek(this.timeline.region?.[0] ?? 0).then(() => hearing.play());
  }
  loud() { for (const hearing of this.heard.values()) hearing.audio.volume = this.volume.value ** 2; }
  setLoop() {
    this.loop = !this.loop;
    this.looped.setAttribute("aria-pressed", this.loop);
  }
  async seek(t) {
    const to = Math.min(Math.max(0, t), this.timeline.seconds), hearing = this.heard.get(this.shown);
    this.timeline.show(to);
    this.timeline.follow();
    this.clock();
    this.lanes.draw();
    if (!hearing?.sound) return;
    try { await hearing.seek(to); } catch (error) { this.say(error.message); }
  }
  // Both as loud as each other; the place stays, and what plays goes on playing.
  async compare() {
    if (!this.other.value) return;
    try {
      this.lufs = (await this.ask({ do: "compare", name: this.other.value })).loudness;
      for (const hearing of this.heard.values()) hearing.match(this.lufs);
      if (this.side === "B") this.timeline.redraw();
    } catch (error) { this.say(error.message); }
  }
  async turn() {
    if (!this.other.value) return this.say("There is no other take to compare with yet.");
    const before = this.hearing(), going = before.going, at = going ? before.at : this.timeline.at;
    if (this.lufs === null) await this.compare();
    this.side = this.side === "A" ? "B" : "A";
    const now = this.hearing();
    try {
      await now.seek(at);
      now.match(this.lufs);
      if (going) await now.play();
      before.pause();
    } catch (error) { this.say(error.message); }
    this.loud();
    this.timeline.redraw();
    this.sides();
  }

  // --- showing -------------------------------------------------------------------------------------------------------
  clock() {
    const { at, seconds } = this.timeline;
    this.time.textContent = `${clock(at)} / ${clock(seconds)}`;
  }
  animate() {
    const hearing = this.heard.get(this.shown), { timeline } = this, going = Boolean(hearing?.going);
    this.play.textContent = going ? "❚❚ Pause" : "▶ Play";
    if (going) {
      const { region } = timeline;
      if (this.loop && region && hearing.at >= region[1]) hearing.audio.currentTime = region[0];
      timeline.show(hearing.at);
      timeline.follow();
      requestAnimationFrame(() => this.animate());
    }
    const { level } = hearing?.measure() ?? { level: -99 };
    this.level.style.width = `${percent(level)}%`;
    this.root.dataset.level = level.toFixed(1);
    this.root.dataset.change = (hearing?.change ?? 0).toFixed(2);
    this.clock();
  }
  marked() { // the region, or the view
    const { region, seconds, span, from } = this.timeline;
    this.part.textContent = region ? `Part: ${region[0].toFixed(1)} to ${region[1].toFixed(1)} s` : "No part is chosen";
    this.trim.disabled = !region;
    this.scroll.disabled = span >= seconds - 1e-6;
    this.scroll.value = seconds > span ? from / (seconds - span) : 0;
  }
  sides() {
    this.swap.setAttribute("aria-pressed", this.side === "B");
    this.hears.textContent = this.side === "B" ? `B: ${this.other.value} is heard and seen` : `A: ${this.name}`;
    this.root.dataset.side = this.side;
    this.animate();
  }
  showTake() {
    const { take } = this, open = Boolean(this.name);
    this.body.hidden = !open;
    if (!open) return this.silence();
    this.title.textContent = this.title.title = take.title;
    this.root.setAttribute("aria-label", `Work on ${take.title}`);
    this.words.textContent = take.words.filter(([k]) => ["model", "plan"].includes(k)).map(([, v]) => v).join(", ");
    this.star.textContent = take.favourite ? "★" : "☆";
    this.star.setAttribute("aria-pressed", take.favourite);
    if (document.activeElement !== this.noted) this.noted.value = take.note ?? "";
    const key = `${take.name} ${take.stamp}`;
    if (key === this.known) return;
    this.known = key;
    this.side = "A";
    this.lufs = null;
    this.silence();
    this.timeline.take(take.seconds, take.title);
    this.seek(Math.min(this.timeline.at, take.seconds));
    this.sides();
  }
  showOthers() {
    const names = this.model.get("others"), family = this.model.get("family").map((row) => row.name);
    const near = names.filter((name) => family.includes(name)), rest = names.filter((name) => !family.includes(name));
    const before = this.other.value, options = [...near, ...rest].map((name) => h("option", { value: name }, name));
    this.other.replaceChildren(...options);
    const me = family.indexOf(this.name), parent = family.slice(0, Math.max(me, 0)).at(-1);
    this.other.value = names.includes(before) ? before : names.includes(parent) ? parent : near[0] ?? rest[0] ?? "";
    this.swap.disabled = !names.length;
  }
  showTree() {
    const row = ({ name, depth, words, lost }) => {
      const open = button(name, `Work on ${name}`, () => this.send({ do: "open", name }));
      if (name === this.name) open.setAttribute("aria-current", "true");
      const how = [words, lost ? "what it was made of is gone" : ""].filter(Boolean).join("; ");
      const item = h("li", {}, open, h("span", { className: "sc-status" }, how));
      item.style.paddingLeft = `${22 * depth}px`;
      return item;
    };
    this.list.replaceChildren(...this.model.get("family").map(row));
  }
  showDoing() {
    const { busy, share, words, error } = this.model.get("doing");
    this.bar.value = share;
    this.bar.hidden = this.stop.hidden = !busy;
    this.doing.textContent = words;
    this.again.disabled = this.differently.disabled = busy;
    const text = error || (this.name ? "" : words); // of a take that is just being opened
    if (text !== this.said) this.say(text);
    this.said = text;
  }
  showAll() {
    this.showOthers();
    this.showTake();
    this.lanes.show(this.name ? this.model.get("lanes") : null);
    this.showTree();
    this.showDoing();
    const { undo, redo } = this.model.get("can");
    [this.undo.disabled, this.redone.disabled] = [!undo, !redo];
  }

  // --- keys ----------------------------------------------------------------------------------------------------------
  key(event) {
    if (!this.name || event.target.matches("input:not([type=range]), select") || event.altKey) return;
    const { timeline } = this, { at } = timeline, step = event.shiftKey ? 1 : 5;
    const command = event.ctrlKey || event.metaKey;
    const pressed = event.target.matches("button") && [" ", "Enter"].includes(event.key);
    const sliding = event.target.matches("input") && event.key.startsWith("Arrow");
    if (pressed || sliding) return;
    const back = () => this.send({ do: event.shiftKey ? "redo" : "undo" });
    const commands = { z: back, Z: back, y: () => this.send({ do: "redo" }) };
    const keys = {
      " ": () => this.toggle(), l: () => this.setLoop(),
      ArrowLeft: () => this.seek(at - step), ArrowRight: () => this.seek(at + step),
      Home: () => this.seek(0), End: () => this.seek(timeline.seconds),
      "[": () => timeline.mark(0), "]": () => timeline.mark(1), Escape: () => timeline.select(null),
      "+": () => timeline.zoom(0.5), "=": () => timeline.zoom(0.5), "-": () => timeline.zoom(2),
      0: () => timeline.look(0, timeline.seconds), x: () => this.turn(),
      r: () => this.playAgain(), d: () => this.branch(),
    };
    const act = (command ? commands : keys)[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
  lost(how) {
    const text = `The kernel ${how}. ${whatToDo(this.root)}`;
    this.asker.end(text);
    if (this.name) this.say(text);
  }
  close() {
    this.asker.off();
    this.timeline.close();
    this.heard.forEach((hearing) => hearing.close());
  }
}

function render({ model, el }) {
  guardKeys();
  const page = new Page(model, el);
  let waiting = false; // several values change at once
  const show = () => {
    if (!waiting) queueMicrotask(() => { waiting = false; page.showAll(); });
    waiting = true;
  };
  const changes = ["takes", "name", "lanes", "family", "others", "can", "doing"].map((name) => `change:${name}`);
  changes.forEach((event) => model.on(event, show));
  const redraw = () => { page.timeline.paint(); page.lanes.draw(); };
  const offs = [onKernelLost(model, (how) => page.lost(how)), onTheme(redraw)];
  show();
  return () => {
    offs.forEach((off) => off());
    changes.forEach((event) => model.off(event, show));
    page.close();
  };
}

export default { render };
