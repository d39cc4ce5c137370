// The page of soundcube.live.LivePanel: knobs, meters, and a loudspeaker that plays what the kernel sends.

import { h, button, clock, dispatch, guardKeys, newName, onKernelLost, whatToDo } from "./base.js";
import { Outbox, droppable } from "./sending.js";
import { Microphone, knob, meter, volumeKnob } from "./controls.js";
import { Speaker } from "./speaker.js";

const ACK = 500;     // ms between answers to the kernel
const SILENT = 4000; // ms without a word from the kernel after which it is taken for dead
const FULL_BUFFER = 1.3, QUIETEST = -60; // seconds, dB: the ends of the meters
const STATES = {
  idle: "ready", starting: "starting …", playing: "playing", pausing: "stopping …",
  stopped: "stopped", failed: "failed", closed: "closed",
};

class Live {
  constructor(model, el) {
    Object.assign(this, { model, page: newName(), speaker: null, alive: true, linked: true });
    Object.assign(this, { run: -1, heardAt: 0, toldAt: 0, before: 0, seconds: 0, queue: [], chain: Promise.resolve() });
    this.outbox = new Outbox(model);
    const add = ([file]) => this.alive && this.outbox.add([file]);
    this.microphone = new Microphone(() => this.show(), (file) => add([file]));
    this.note = h("div", { className: "sc-note", role: "alert", hidden: true });
    const parts = [this.top(), this.note, this.knobRow(), this.seedRow(), this.outbox.el, this.meters()];
    this.root = h("section", { className: "soundcube sc-live", "aria-label": "Live" }, ...parts);
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
    this.knobs = this.model.get("knobs").map((about) => knob(this.model, about));
    this.volume = volumeKnob(this.model, this.model.get("loudness"));
    const models = h("label", { className: "sc-slider" }, h("span", {}, "Model"), this.models);
    return h("div", { className: "sc-knobs" }, models, ...this.knobs.map((k) => k.el), this.volume.el);
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
    [this.level, this.buffer, this.speed, this.gaps] = ["Level", "Buffer", "Speed", "Gaps"].map(meter);
    const els = [this.level.el, this.buffer.el, this.speed.el, this.gaps.el];
    return h("div", { className: "sc-knobs sc-meters" }, ...els);
  }

  // --- showing -----------------------------------------------------------------------------------------------------
  get state() { return this.model.get("state"); }
  get going() { return ["starting", "playing"].includes(this.state); }
  send(message) { if (this.linked) this.model.send({ ...message, page: this.page }); }
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
    if (state !== "playing") for (const m of [this.buffer, this.level]) m.set(0);
  }
  news() {
    if (this.linked) this.say(this.model.get("message"));
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
    Object.assign(this, { run, channels, queue: [], heardAt: performance.now() });
    Object.assign(this.root.dataset, { played: 0, underruns: 0 });
  }
  askForClick() {
    this.say("the browser waits for a click on this page before it plays sound");
    const resume = () => this.speaker?.context.resume().then(() => this.news());
    document.addEventListener("pointerdown", resume, { once: true });
  }
  sound(message, [data]) {
    if (message.run !== this.run || !this.speaker) return;
    const x = new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
    this.queue.push([x.length / this.channels, message.sampling]);
    this.speaker.play(x);
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
    return { begin: inTurn(this.begin), sound: inTurn(this.sound), stop: inTurn(stop), sent };
  }
  loud() { this.speaker?.volume(this.model.get("volume")); }

  // The worklet's word, twenty times a second.
  report(number, heard) {
    if (!this.alive) return;
    if (number === this.run) this.measure(heard);
    if (performance.now() - this.toldAt < ACK) return;
    this.toldAt = performance.now();
    this.send({ do: "heard", run: number, played: heard.played, underruns: heard.underruns });
  }
  measure({ played, ahead, underruns, peak }) {
    const db = this.speaker.level(), { dataset } = this.root;
    this.buffer.set(ahead / FULL_BUFFER, `${ahead.toFixed(2)} s`);
    this.gaps.set(underruns ? 1 : 0, String(underruns));
    this.level.set(1 - db / QUIETEST, db < QUIETEST ? "silent" : `${db.toFixed(0)} dB${turnedDown(this.speaker)}`);
    this.follow(played - (played < this.before ? 0 : this.before));
    this.before = played;
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
  follow(samples) {
    while (this.queue.length > 1 && samples >= this.queue[0][0]) samples -= this.queue.shift()[0];
    if (!this.queue.length) return;
    this.queue[0][0] -= samples;
    const heard = this.queue[0][1], wanted = this.model.get("sampling");
    this.root.dataset.temperature = heard.temperature;
    const pending = (name) => this.going && name in heard && Math.abs(heard[name] - wanted[name]) > 1e-6;
    for (const k of this.knobs) k.value.classList.toggle("sc-pending", pending(k.name));
  }

  // --- buttons -----------------------------------------------------------------------------------------------------
  toggle() {
    if (this.going) {
      this.speaker?.stop();
      return this.send({ do: "stop" });
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
    this.speaker?.close();
  }
}

// What the limiter does, in words; nothing, as a rule.
function turnedDown({ turnedDown: gain }) {
  const db = -20 * Math.log10(gain);
  return db > 0.05 ? `, too loud by ${db.toFixed(1)} dB, turned down` : "";
}

function watch(live) {
  const news = () => live.news(), show = () => live.show(), list = () => live.list();
  const changes = {
    "change:models": list, "change:model": list, "change:state": news, "change:message": news,
    "change:saved": show, "change:seed": show, "change:sampling": () => live.turned(),
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
