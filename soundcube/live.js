// The page of soundcube.live.LivePanel: knobs, meters, and a worklet that plays what the kernel sends.

// Runs in the audio thread: a ring of samples that is filled by messages and emptied by the loudspeaker.
const RING = `
class Ring extends AudioWorkletProcessor {
  constructor() {
    super();
    this.size = Math.ceil(45 * sampleRate);
    this.store = new Float32Array(this.size);
    this.read = this.write = this.underruns = this.peak = this.last = this.since = 0;
    this.enough = 0.5 * sampleRate;  // samples to begin with
    this.going = this.ending = this.stopping = false;
    this.gain = 1;
    this.port.onmessage = ({ data }) => {
      if (data.sound) this.put(data.sound);
      if (data.end) this.ending = true;
      if (data.stop) this.stopping = true;
    };
  }
  put(sound) {
    for (const x of sound) if (this.write - this.read < this.size) this.store[this.write++ % this.size] = x;
  }
  process(_, [[out]]) {
    const have = this.write - this.read;
    if (!this.going && have && (have >= this.enough || this.ending)) this.going = true;
    for (let i = 0; i < out.length; i++) {
      if (this.going && this.read < this.write) this.last = this.store[this.read++ % this.size];
      else this.last *= 0.99;  // running dry dies away; a step would click
      if (this.stopping) this.gain = Math.max(0, this.gain - 1 / (0.03 * sampleRate));
      out[i] = this.last * this.gain;
      this.peak = Math.max(this.peak, Math.abs(out[i]));
    }
    if (this.going && this.read === this.write) {
      this.going = false;
      if (!this.ending && !this.stopping) this.underruns++;
    }
    this.report(out.length);
    return !this.over();
  }
  over() { return this.stopping ? this.gain === 0 : this.ending && this.read === this.write; }
  report(n) {
    this.since += n;
    if (this.since < 0.05 * sampleRate && !this.over()) return;
    this.port.postMessage({ played: this.read, ahead: (this.write - this.read) / sampleRate, underruns: this.underruns, peak: this.peak, over: this.over() });
    this.since = this.peak = 0;
  }
}
registerProcessor("soundcube-ring", Ring);
`;

const ACK = 500;       // milliseconds between answers to the kernel
const SILENT = 4000;   // milliseconds without a word from the kernel after which it is taken for dead
const PIECE = 1 << 20; // bytes in an upload's message; servers refuse large ones

const h = (tag, attributes = {}, ...children) => {
  const el = Object.assign(document.createElement(tag), attributes);
  for (const [k, v] of Object.entries(attributes)) if (k.includes("-") || k === "role" || k === "for") el.setAttribute(k, v);
  el.append(...children);
  return el;
};

// An AudioContext at the model's own rate; the browser does the resampling.
class Speaker {
  constructor(rate) {
    this.context = new AudioContext({ sampleRate: rate, latencyHint: "playback" });
    this.volume = new GainNode(this.context);
    this.meter = new AnalyserNode(this.context, { fftSize: 1024 });
    this.volume.connect(this.meter).connect(this.context.destination);
    this.node = null;
    const url = URL.createObjectURL(new Blob([RING], { type: "text/javascript" }));
    this.ready = this.context.audioWorklet.addModule(url).finally(() => URL.revokeObjectURL(url));
  }
  async begin(run, told) {
    await this.ready;
    const node = new AudioWorkletNode(this.context, "soundcube-ring", { numberOfInputs: 0, outputChannelCount: [1] });
    node.connect(this.volume);
    this.node = node;
    this.over = new Promise((done) => {
      node.port.onmessage = ({ data }) => {
        told(run, data);
        if (data.over) { node.disconnect(); done(); }
      };
    });
  }
  play(sound) { this.node?.port.postMessage({ sound }, [sound.buffer]); }
  stop() { this.node?.port.postMessage({ stop: true }); this.node = null; }
  // Let what is in store be heard to its end.
  async finish() {
    if (!this.node) return;
    this.node.port.postMessage({ end: true });
    this.node = null;
    await Promise.race([this.over, new Promise((done) => setTimeout(done, 3000))]);
  }
  level() {
    const x = new Float32Array(this.meter.fftSize);
    this.meter.getFloatTimeDomainData(x);
    return Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);
  }
  close() { this.node = null; return this.context.close(); }
}

function slider(model, name, label, hint, max, step, min = step) {
  const value = h("output", { className: "sc-value" });
  const input = h("input", { type: "range", min, max, step, title: hint, "aria-label": label });
  const show = () => { input.value = model.get(name); value.textContent = Number(model.get(name)).toFixed(2); input.setAttribute("aria-valuetext", value.textContent); };
  input.addEventListener("input", () => { model.set(name, Number(input.value)); model.save_changes(); show(); });
  model.on(`change:${name}`, show);
  show();
  return { el: h("label", { className: "sc-slider" }, h("span", {}, label), input, value), value, off: () => model.off(`change:${name}`, show) };
}

function bar(label) {
  const fill = h("span", { className: "sc-fill" });
  const value = h("output", { className: "sc-value" }, "–");
  return { el: h("div", { className: "sc-bar" }, h("span", {}, label), h("span", { className: "sc-track", role: "img", "aria-label": label }, fill), value), fill, value };
}

const STATES = { idle: "ready", starting: "starting …", playing: "playing", pausing: "stopping …", stopped: "stopped", failed: "failed", closed: "closed" };

function render({ model, el }) {
  const page = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let speaker = null, run = -1, heardAt = 0, toldAt = 0, chain = Promise.resolve(), alive = true, linked = true, recorder = null, seconds = 0, temperatures = [];
  const send = (message, buffers) => { if (linked) model.send({ ...message, page }, undefined, buffers); };
  const state = () => model.get("state");
  const going = () => ["starting", "playing"].includes(state());

  const play = h("button", { className: "sc-play", type: "button" });
  const status = h("span", { className: "sc-status", role: "status", "aria-live": "polite" });
  const record = h("button", { type: "button", className: "sc-record" });
  const recorded = h("span", { className: "sc-saved", role: "status" });
  const note = h("div", { className: "sc-note", role: "alert", hidden: true });
  const models = h("select", { title: "Which trained model plays", "aria-label": "Model" });
  const temperature = slider(model, "temperature", "Temperature", "Under 1 safer, over 1 wilder", 2, 0.05);
  const topP = slider(model, "top_p", "Top-p", "Leave out the least likely choices", 1, 0.01);
  const repeat = slider(model, "repeat", "Repeat", "How much it repeats itself, beat by beat and bar by bar: 0 little, 1 as it sounds best", 4, 0.1, 0);
  const volume = slider(model, "volume", "Volume", "How loud it is here; recordings are not touched by it", 1, 0.01, 0);
  const level = bar("Level"), buffer = bar("Buffer"), speed = bar("Speed"), gaps = bar("Gaps");
  const seed = h("strong", { className: "sc-seed" });
  const fresh = h("button", { type: "button", title: "Go on from another passage of music that was held out from training" }, "New passage");
  const random = h("button", { type: "button", title: "Go on from noise" }, "Random");
  const file = h("input", { type: "file", accept: "audio/*,.flac,.opus,.oga", className: "sc-file", "aria-label": "Seed from a sound file" });
  const choose = h("label", { className: "sc-button", title: "Go on from a sound file; you can also drop one here" }, "File …", file);
  const mic = h("button", { type: "button", title: "Go on from what the microphone hears" }, "Microphone");

  const say = (text) => { note.textContent = text; note.hidden = !text; };

  function show() {
    const now = state();
    root.dataset.state = now;
    play.textContent = going() ? "■ Stop" : "▶ Play";
    play.disabled = !model.get("models").length || now === "closed";
    record.textContent = model.get("recording") ? `● ${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")} · Stop recording` : "● Record";
    record.setAttribute("aria-pressed", model.get("recording"));
    record.disabled = now !== "playing";
    status.textContent = model.get("models").length ? STATES[now] : "no trained model yet: train one first";
    recorded.textContent = model.get("saved") ? `saved ${model.get("saved")}` : "";
    seed.textContent = model.get("seed");
    say(model.get("message"));
    if (now !== "playing") for (const m of [buffer, level]) m.fill.style.width = 0;
  }
  function list() {
    models.replaceChildren(...model.get("models").map((name) => h("option", { value: name }, name)));
    models.value = model.get("model");
    show();
  }
  const recordingChanged = () => { seconds = 0; show(); };

  // --- sound -----------------------------------------------------------------------------------------------------
  function wake(rate) {
    if (!window.isSecureContext || !window.AudioWorkletNode) throw new Error("live sound needs a page from https or localhost, in a recent browser");
    if (speaker && speaker.context.sampleRate === rate) return;
    speaker?.close();
    speaker = new Speaker(rate);
  }
  async function begin({ run: number, rate }) {
    await speaker?.finish();
    if (!alive) return;
    wake(rate);
    setVolume();
    await speaker.begin(number, report);
    await Promise.race([speaker.context.resume(), new Promise((done) => setTimeout(done, 1000))]);
    if (speaker.context.state !== "running") {
      say("the browser waits for a click on this page before it plays sound");
      document.addEventListener("pointerdown", () => speaker?.context.resume().then(show), { once: true });
    }
    [run, temperatures, heardAt] = [number, [], performance.now()];
    Object.assign(root.dataset, { played: 0, underruns: 0 });
  }
  function sound(message, [bytes]) {
    if (message.run !== run || !speaker) return;
    const x = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    temperatures.push([x.length, message.temperature]);
    speaker.play(x);
    speed.value.textContent = `${message.speed.toFixed(1)} × real time`;
    speed.fill.style.width = `${Math.min(100, 25 * Math.log2(1 + message.speed))}%`;
    speed.el.classList.toggle("sc-bad", message.speed < 1);
  }
  const handle = { begin, sound, stop: ({ run: number }) => { if (number === run) speaker?.stop(); } };
  function received(message, buffers) {
    if (message.page && message.page !== page) return;
    heardAt = performance.now();
    chain = chain.then(() => handle[message.do]?.(message, buffers)).catch((error) => { say(error.message); send({ do: "stop" }); });
  }

  // The worklet's word, twenty times a second.
  let before = 0;
  function report(number, { played, ahead, underruns, peak }) {
    if (!alive) return;
    const now = performance.now(), mine = number === run;
    if (mine) {
      buffer.value.textContent = `${ahead.toFixed(2)} s`;
      buffer.fill.style.width = `${Math.min(100, 100 * ahead / 1.3)}%`;
      gaps.value.textContent = String(underruns);
      gaps.fill.style.width = underruns ? "100%" : 0;
      const db = 20 * Math.log10(speaker.level() + 1e-6);
      level.fill.style.width = `${Math.max(0, 100 + db * 100 / 60)}%`;
      level.value.textContent = db < -60 ? "silent" : `${db.toFixed(0)} dB`;
      follow(played - (played < before ? 0 : before));
      if (model.get("recording")) { seconds += 0.05; if (Math.floor(seconds) !== Math.floor(seconds - 0.05)) show(); }
      before = played;
      Object.assign(root.dataset, { played, underruns, ahead: ahead.toFixed(3), peak: Math.max(peak, Number(root.dataset.peak || 0)).toFixed(4) });
      if (going() && now - heardAt > SILENT && ahead === 0) { speaker.stop(); say("nothing comes from the kernel any more; is it still running?"); }
    }
    if (now - toldAt > ACK) { toldAt = now; send({ do: "heard", run: number, played, underruns }); }
  }
  // Which temperature is being heard: a knob's number is dim until its turn has come.
  function follow(samples) {
    while (temperatures.length > 1 && samples >= temperatures[0][0]) samples -= temperatures.shift()[0];
    if (!temperatures.length) return;
    temperatures[0][0] -= samples;
    root.dataset.temperature = temperatures[0][1];
    temperature.value.classList.toggle("sc-pending", going() && Math.abs(temperatures[0][1] - model.get("temperature")) > 1e-6);
  }
  function setVolume() { if (speaker) speaker.volume.gain.setTargetAtTime(model.get("volume") ** 2, speaker.context.currentTime, 0.02); }

  // --- buttons ---------------------------------------------------------------------------------------------------
  play.onclick = () => {
    if (going()) { speaker?.stop(); return send({ do: "stop" }); }
    try { wake(model.get("rate")); speaker.context.resume(); } catch (error) { return say(error.message); }
    say("");
    send({ do: "play" });
  };
  record.onclick = () => send({ do: "record", on: !model.get("recording") });
  models.onchange = () => { model.set("model", models.value); model.save_changes(); };
  models.onpointerdown = () => send({ do: "models" });
  fresh.onclick = () => send({ do: "seed", kind: "held-out" });
  random.onclick = () => send({ do: "seed", kind: "random" });
  file.onchange = () => { if (file.files[0]) upload(file.files[0], file.files[0].name); file.value = ""; };

  async function upload(blob, name) {
    if (blob.size > 64 << 20) return say("expected at most 64 MB for a seed");
    say("");
    for (let at = 0; at < blob.size || at === 0; at += PIECE)
      send({ do: "upload", name, first: at === 0, last: at + PIECE >= blob.size }, [await blob.slice(at, at + PIECE).arrayBuffer()]);
  }
  mic.onclick = async () => {
    if (recorder) return recorder.stop();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const parts = [];
      recorder = new MediaRecorder(stream);
      recorder.ondataavailable = ({ data }) => parts.push(data);
      const enough = setTimeout(() => recorder?.stop(), 1000 * model.get("seed_seconds") + 500);
      recorder.onstop = () => {
        clearTimeout(enough);
        stream.getTracks().forEach((track) => track.stop());
        const kind = recorder.mimeType;
        recorder = null;
        mic.textContent = "Microphone";
        if (alive && parts.length) upload(new Blob(parts, { type: kind }), `microphone${kind.includes("mp4") ? ".mp4" : kind.includes("ogg") ? ".ogg" : ".webm"}`);
      };
      recorder.start();
      mic.textContent = "Listening … stop";
    } catch (error) { recorder = null; say(`no microphone: ${error.message}`); }
  };

  // --- page ------------------------------------------------------------------------------------------------------
  const root = h("section", { className: "soundcube sc-live", "aria-label": "Live", "data-lm-suppress-shortcuts": "true" },
    h("div", { className: "sc-row" }, play, status, h("span", { className: "sc-space" }), recorded, record),
    note,
    h("div", { className: "sc-knobs" },
      h("label", { className: "sc-slider" }, h("span", {}, "Model"), models), temperature.el, topP.el, repeat.el, volume.el),
    h("div", { className: "sc-row sc-seeds", role: "group", "aria-label": "Seed" }, h("span", {}, "Seed"), seed, h("span", { className: "sc-space" }), fresh, random, choose, mic),
    h("div", { className: "sc-knobs sc-meters" }, level.el, buffer.el, speed.el, gaps.el));
  el.append(root);
  root.ondragover = (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); root.classList.add("sc-over"); } };
  root.ondragleave = () => root.classList.remove("sc-over");
  root.ondrop = (event) => {
    event.preventDefault();
    event.stopPropagation();
    root.classList.remove("sc-over");
    const [dropped] = event.dataTransfer.files;
    if (dropped) upload(dropped, dropped.name);
  };

  const lost = () => {  // the kernel was restarted or has died; what was made by it does not come back
    linked = false;
    speaker?.stop();
    say("the kernel was restarted; run this cell again");
  };
  const leaving = () => { if (going()) send({ do: "stop" }); };
  const changes = [["change:models change:model", list], ["change:state change:message change:saved change:seed", show], ["change:recording", recordingChanged], ["change:volume", setVolume], ["msg:custom", received], ["comm_live_update", lost]];
  const each = (method) => changes.forEach(([events, f]) => events.split(" ").forEach((event) => model[method](event, f)));
  each("on");
  addEventListener("pagehide", leaving);
  list();
  return () => {
    alive = false;
    leaving();
    each("off");
    [temperature, topP, repeat, volume].forEach((s) => s.off());
    removeEventListener("pagehide", leaving);
    recorder?.stop();
    speaker?.close();
  };
}

export default { render };
