// The page of soundcube.live.LivePanel: knobs, meters, and a loudspeaker that plays what the kernel sends.

import { h, button, clock, dispatch, guardKeys, newName, onKernelLost, whatToDo } from "./base.js";
import { Outbox, droppable } from "./sending.js";
import { Microphone, dial, knob, meter, volumeKnob } from "./controls.js";
import { ChordPads } from "./pads.js";
import { Scope } from "./scope.js";
import { Speaker } from "./speaker.js";

const ACK = 100;     // ms between answers to the kernel
const SILENT = 4000; // ms without a word from the kernel after which it is taken for dead
const FULL_BUFFER = 1.5, QUIETEST = -60; // seconds, dB: the ends of the meters
const SOON = 0.3, KEPT = 50; // seconds from hand to ear that are no delay yet; changes whose time is waited for
const STATES = {
  idle: "ready", starting: "starting …", playing: "playing", pausing: "stopping …",
  stopped: "stopped", failed: "failed", closed: "closed",
};

// What the limiter does, in words; nothing, as a rule.
function turnedDown({ turnedDown: gain }) {
  const db = -20 * Math.log10(gain);
  return db > 0.05 ? `, too loud by ${db.toFixed(1)} dB, turned down` : "";
}

class Live {
  constructor(model, el) {
    Object.assign(this, { model, page: newName(), speaker: null, alive: true, linked: true });
    Object.assign(this, { run: -1, heardAt: 0, toldAt: 0, seconds: 0, queue: [], chain: Promise.resolve() });
    Object.assign(this, { changes: 0, asked: new Map(), sent: new Map(), placed: [], least: null });
    this.outbox = new Outbox(model);
    const add = ([file]) => this.alive && this.outbox.add([file]);
    this.microphone = new Microphone(() => this.show(), (file) => add([file]));
    this.note = h("div", { className: "sc-note", role: "alert", hidden: true });
    const tell = ({ notes, ...what }, at) => this.ask(notes ? { do: "notes", notes } : { do: "tell", what }, at);
    this.pads = new ChordPads(tell);
    this.scope = new Scope();
    const parts = [this.top(), this.note, this.pads.el, this.dialRow(), this.scope.el, this.meters(), this.knobRow()];
    this.root = h("section", { className: "soundcube sc-live", tabIndex: -1, "aria-label": "Live" }, ...parts,
      this.seedRow(), this.outbox.el);
    this.root.addEventListener("keydown", (event) => { if (this.pads.key(event)) event.preventDefault(); });
    el.append(this.root);
    droppable(this.root, this.root, () => true, add, (text) => this.say(text));
  }

  // --- its parts ---------------------------------------------------------------------------------------------------
  top() {
    this.play = button("", "Play, or stop", () => this.toggle(), "sc-play sc-main");
    this.status = h("span", { className: "sc-status", role: "status", "aria-live": "polite" });
    this.recorded = h("span", { className: "sc-saved", role: "status" });
    const record = () => this.send({ do: "record", on: !this.model.get("recording") });
    this.record = button("", "Keep what is heard as a take", record, "sc-record");
    const space = h("span", { className: "sc-space" });
    return h("div", { className: "sc-row" }, this.play, this.status, space, this.recorded, this.record);
  }
  knobRow() {
    this.models = h("select", { title: "Which trained model plays", "aria-label": "Model" });
    this.models.onchange = () => { this.model.set("model", this.models.value); this.model.save_changes(); };
    this.models.onpointerdown = () => this.send({ do: "models" });
    const value = (name) => () => this.model.get("sampling")[name];
    const turn = (name, to, at) => this.ask({ do: "turn", what: { [name]: to } }, at);
    this.knobs = this.model.get("knobs").map((about) => knob(about, value(about.name), turn));
    this.volume = volumeKnob(this.model, this.model.get("loudness"));
    const models = h("label", { className: "sc-slider" }, h("span", {}, "Model"), this.models);
    return h("div", { className: "sc-knobs" }, models, ...this.knobs.map((k) => k.el), this.volume.el);
  }
  dialRow() {
    const value = (name) => () => this.model.get("cue")[name] ?? null;
    const turn = (name, to, at) => this.ask({ do: "tell", what: { [name]: to } }, at);
    this.dials = this.model.get("dials").map((about) => dial(about, value(about.name), turn));
    return h("div", { className: "sc-knobs sc-dials" }, ...this.dials.map((d) => d.el));
  }
  seedRow() {
    this.seed = h("strong", { className: "sc-seed" });
    const ask = (kind) => () => this.send({ do: "seed", kind });
    const passage = "Go on from another passage of music that was held out from training";
    const fresh = button("New passage", passage, ask("held-out"));
    const random = button("Random", "Go on from noise", ask("random"));
    const accept = "audio/*,.flac,.opus,.oga", label = "Seed from a sound file";
    const file = h("input", { type: "file", accept, className: "sc-file", "aria-label": label });
    file.onchange = () => { this.outbox.add([...file.files].slice(0, 1)); file.value = ""; };
    const title = "Go on from a sound file; you can also drop one here";
    const choose = h("label", { className: "sc-button", title }, "File …", file);
    this.mic = button("", "Go on from what the microphone hears", () => this.listen());
    return h("div", { className: "sc-row sc-seeds", role: "group", "aria-label": "Seed" },
      h("span", {}, "Seed"), this.seed, h("span", { className: "sc-space" }), fresh, random, choose, this.mic);
  }
  meters() {
    const all = ["Level", "Buffer", "Speed", "Hand to ear", "Gaps"].map(meter);
    [this.level, this.buffer, this.speed, this.hand, this.gaps] = all;
    return h("div", { className: "sc-knobs sc-meters" }, ...all.map((m) => m.el));
  }

  // --- showing -----------------------------------------------------------------------------------------------------
  get state() { return this.model.get("state"); }
  get going() { return ["starting", "playing"].includes(this.state); }
  get elsewhere() { return this.going && this.model.get("owner") && this.model.get("owner") !== this.page; }
  send(message) { if (this.linked) this.model.send({ ...message, page: this.page }); }
  // Something is wanted, since the event at a time: from then on it is measured until it is heard.
  ask(message, at) {
    const change = `${this.page} ${++this.changes}`;
    this.asked.set(change, at);
    while (this.asked.size > KEPT) this.asked.delete(this.asked.keys().next().value);
    this.send({ ...message, change });
  }
  say(text) { this.note.textContent = text; this.note.hidden = !text; }
  show() {
    const { model, state } = this, models = model.get("models"), recording = model.get("recording");
    this.root.dataset.state = state;
    this.play.textContent = this.going ? "■ Stop" : "▶ Play";
    this.play.disabled = !models.length || state === "closed" || !this.linked;
    this.record.textContent = recording ? `● ${clock(this.seconds)} · Stop recording` : "● Record";
    this.record.setAttribute("aria-pressed", recording);
    this.record.disabled = state !== "playing";
    this.status.textContent = models.length ? STATES[state] : "no trained model yet: train one first";
    this.recorded.textContent = model.get("saved") ? `saved ${model.get("saved")}` : "";
    this.seed.textContent = model.get("seed");
    this.mic.textContent = this.microphone.recorder ? "Listening … stop" : "Microphone";
    if (state !== "playing") {
      for (const m of [this.buffer, this.level]) m.set(0);
      this.scope.rest();
    }
    this.chords();
  }
  chords() {
    const { model } = this, usable = this.linked && model.get("follows");
    const deaf = "This model was trained without plans and can't be told what to play; train it anew.";
    const [pads, following, chord] = ["pads", "following", "cue"].map((name) => model.get(name));
    this.pads.show({ pads, following, chord: chord.chord ?? null, usable, why: this.linked ? deaf : "" });
    for (const d of this.dials) {
      d.show();
      d.input.disabled = d.free.disabled = !usable;
    }
  }
  news() {
    const tab = this.elsewhere ? "It plays in another tab; what you do here is heard there." : "";
    if (this.linked) this.say(this.model.get("message") || tab);
    this.show();
  }
  list() {
    this.models.replaceChildren(...this.model.get("models").map((name) => h("option", { value: name }, name)));
    this.models.value = this.model.get("model");
    this.show();
  }
  turned() { for (const k of this.knobs) k.show(); }
  restarted() { this.seconds = 0; this.show(); }

  // --- sound -------------------------------------------------------------------------------------------------------
  wake(rate) {
    if (!window.isSecureContext || !window.AudioWorkletNode)
      throw new Error("live sound needs a page from https or localhost, in a recent browser");
    if (this.speaker?.context.sampleRate === rate) return;
    this.speaker?.close();
    this.speaker = new Speaker(rate);
  }
  async begin({ run, rate, channels }) {
    await this.speaker?.finish();
    if (!this.alive) return;
    this.wake(rate);
    this.loud();
    await this.speaker.begin(run, channels, (number, heard) => this.report(number, heard));
    await Promise.race([this.speaker.context.resume(), new Promise((done) => setTimeout(done, 1000))]);
    if (this.speaker.context.state !== "running") this.askForClick();
    Object.assign(this, { run, queue: [], heardAt: performance.now(), placed: [], least: null });
    Object.assign(this.root.dataset, { played: 0, underruns: 0 });
    this.scope.watch(this.speaker.meter);
  }
  askForClick() {
    this.say("the browser waits for a click on this page before it plays sound");
    const resume = () => this.speaker?.context.resume().then(() => this.news());
    document.addEventListener("pointerdown", resume, { once: true });
  }
  sound(message, [data]) {
    if (message.run !== this.run || !this.speaker) return;
    const x = new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
    const { at, number, fade, change } = message, marked = this.asked.has(change);
    if (marked) this.sent.set(number, this.asked.get(change));
    this.asked.delete(change);
    this.queue = this.queue.filter((part) => part.at < at);
    this.queue.push({ at, sampling: message.sampling, cue: message.cue });
    this.speaker.play(x, { at, number, fade, marked });
    this.speed.set(0.25 * Math.log2(1 + message.speed), `${message.speed.toFixed(1)} × real time`);
    this.speed.el.classList.toggle("sc-bad", message.speed < 1);
  }
  handlers() {
    const inTurn = (f) => (message, buffers) => {
      if (message.page && message.page !== this.page) return;
      this.heardAt = performance.now();
      const failed = (error) => { this.say(error.message); this.send({ do: "stop" }); };
      this.chain = this.chain.then(() => f.call(this, message, buffers)).catch(failed);
    };
    const stop = ({ run }) => { if (run === this.run) this.speaker?.stop(); };
    const sent = (message) => this.outbox.received(message);
    const chord = ({ run, name }) => { if (run === this.run) this.hears(name); };
    return { begin: inTurn(this.begin), sound: inTurn(this.sound), stop: inTurn(stop), chord: inTurn(chord), sent };
  }
  loud() { this.speaker?.volume(this.model.get("volume")); }

  // The worklet's word, twenty times a second.
  report(number, heard) {
    if (!this.alive) return;
    if (number === this.run) this.measure(heard);
    this.placed.push(...heard.placed);
    this.least = Math.min(this.least ?? Infinity, heard.least ?? Infinity);
    if (performance.now() - this.toldAt < ACK) return;
    this.toldAt = performance.now();
    const { played, underruns, received } = heard, least = Number.isFinite(this.least) ? this.least : null;
    const splices = this.placed.filter((p) => p.slack !== null).map((p) => [p.number, p.at, p.slack]);
    this.send({ do: "heard", run: number, played, underruns, received, splices, least });
    Object.assign(this, { placed: [], least: null });
  }
  // From the event that asked for a change to the first sample that is changed, as it leaves the loudspeaker.
  arrived({ number, time }) {
    const begin = this.sent.get(number);
    if (begin === undefined) return;
    this.sent.delete(number);
    const seconds = (this.speaker.when(time) - begin) / 1000, { dataset } = this.root;
    this.hand.set(seconds / SOON / 2, `${seconds.toFixed(2)} s`);
    this.hand.el.classList.toggle("sc-bad", seconds > SOON);
    dataset.hand = seconds.toFixed(4);
    dataset.hands = Number(dataset.hands || 0) + 1;
  }
  hears(name) {
    this.root.dataset.heard = name;
    this.pads.heard.textContent = name || "–";
    this.scope.name(1, name);
  }
  measure({ played, ahead, underruns, peak, placed }) {
    const db = this.speaker.level(), { dataset } = this.root;
    this.buffer.set(ahead / FULL_BUFFER, `${ahead.toFixed(2)} s`);
    this.gaps.set(underruns ? 1 : 0, String(underruns));
    this.level.set(1 - db / QUIETEST, db < QUIETEST ? "silent" : `${db.toFixed(0)} dB${turnedDown(this.speaker)}`);
    this.follow(played);
    placed.forEach((p) => this.arrived(p));
    if (this.model.get("recording")) this.count(0.05);
    const most = Math.max(peak, Number(dataset.peak || 0));
    Object.assign(dataset, { played, underruns, ahead: ahead.toFixed(3), peak: most.toFixed(4) });
    if (this.going && performance.now() - this.heardAt > SILENT && ahead === 0) {
      this.speaker.stop();
      this.say("nothing comes from the kernel any more; is it still running?");
    }
  }
  count(seconds) {
    this.seconds += seconds;
    if (Math.round(this.seconds) !== Math.round(this.seconds - seconds)) this.show();
  }
  // What is being heard: a knob's number is dim until its turn has come.
  follow(played) {
    while (this.queue.length > 1 && this.queue[1].at <= played) this.queue.shift();
    if (!this.queue.length) return;
    const { sampling, cue } = this.queue[0], [wanted, asked] = ["sampling", "cue"].map((name) => this.model.get(name));
    Object.assign(this.root.dataset, { temperature: sampling.temperature, chord: cue.chord ?? "" });
    const other = (name, now, later) => this.going && Math.abs((now[name] ?? -1) - (later[name] ?? -1)) > 1e-6;
    for (const k of this.knobs) k.value.classList.toggle("sc-pending", other(k.name, sampling, wanted));
    for (const d of this.dials) d.value.classList.toggle("sc-pending", other(d.name, cue, asked));
    this.pads.asked.textContent = cue.chord ?? "–";
    this.scope.name(0, cue.chord ?? "");
  }

  // --- buttons -----------------------------------------------------------------------------------------------------
  toggle() {
    if (this.going) {
      this.speaker?.stop();
      return this.send({ do: "stop", anywhere: true });
    }
    try {
      this.wake(this.model.get("rate"));
      this.speaker.context.resume();
    } catch (error) { return this.say(error.message); }
    this.say("");
    this.send({ do: "play" });
  }
  async listen() {
    try {
      await this.microphone.toggle(this.model.get("seed_seconds"));
    } catch (error) { this.say(`no microphone: ${error.message}`); }
    this.show();
  }
  lost(how) { // what was made by it does not come back
    this.linked = false;
    this.speaker?.stop();
    this.scope.rest();
    this.outbox.lost("the kernel is gone");
    this.say(`The kernel ${how}. ${whatToDo(this.root)}`);
    this.show();
  }
  leaving() { if (this.going) this.send({ do: "stop" }); }
  close() {
    this.alive = false;
    this.leaving();
    this.outbox.leave();
    this.microphone.stop();
    this.pads.close();
    this.scope.rest();
    this.speaker?.close();
  }
}

function watch(live) {
  const news = () => live.news(), show = () => live.show(), list = () => live.list();
  const changes = {
    "change:models": list, "change:model": list, "change:state": news, "change:message": news,
    "change:saved": show, "change:seed": show, "change:sampling": () => live.turned(), "change:owner": news,
    "change:cue": () => live.chords(), "change:pads": () => live.chords(), "change:following": () => live.chords(),
    "change:follows": () => live.chords(),
    "change:recording": () => live.restarted(), "change:volume": () => { live.loud(); live.volume.show(); },
  };
  for (const [event, f] of Object.entries(changes)) live.model.on(event, f);
  return () => { for (const [event, f] of Object.entries(changes)) live.model.off(event, f); };
}

function render({ model, el }) {
  guardKeys();
  const live = new Live(model, el);
  const offs = [watch(live), dispatch(model, live.handlers()), onKernelLost(model, (how) => live.lost(how))];
  const leaving = () => live.leaving();
  addEventListener("pagehide", leaving);
  live.list();
  live.turned();
  live.news();
  return () => {
    offs.forEach((off) => off());
    removeEventListener("pagehide", leaving);
    live.close();
  };
}

export default { render };
