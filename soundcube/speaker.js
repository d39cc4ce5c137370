// The loudspeaker of the live page: a worklet that plays what the kernel sends, and counts what was heard.

import { decibels } from "./base.js";
import { LIMITER } from "./limiter.js";

// Runs in the audio thread: a ring of samples that is filled by messages and emptied by the loudspeaker. A message says
// at which sample of the run it begins; one that overtakes others is crossfaded in there, or, if it comes late, here.
const RING = `
class Ring extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.channels = processorOptions.channels;
    this.size = Math.ceil(45 * sampleRate);
    this.store = new Float32Array(this.size * this.channels);
    this.read = this.write = this.underruns = this.peak = this.since = this.received = this.calm = 0;
    this.last = new Float32Array(this.channels);
    this.least = null;
    this.placed = [];
    this.enough = 0.2 * sampleRate;  // samples to begin with
    this.going = this.ending = this.stopping = false;
    this.gain = 1;
    this.port.onmessage = ({ data }) => {
      if (data.sound) this.put(data);
      if (data.end) this.ending = true;
      if (data.stop) this.stopping = true;
    };
  }
  put({ sound, at, number, fade, marked }) {
    const n = sound.length / this.channels, over = at < this.write, slack = (at - this.read) / sampleRate;
    if (!over) at = this.write;
    const start = over ? Math.min(Math.max(at, this.read), at + n) : at;
    const time = currentTime + (start - this.read) / sampleRate;
    this.received = number;
    if (over || marked) this.placed.push({ number, at: start, slack: over ? slack : null, time });
    if (over) this.calm = 0.5 * sampleRate;
    if (start < at + n) this.place(sound, at, start, n, over ? Math.min(fade, this.write - start, at + n - start) : 0);
  }
  place(sound, at, start, n, mixed) {
    const end = Math.min(at + n, this.read + this.size);
    for (let i = start; i < end; i++)
      for (let c = 0; c < this.channels; c++) {
        const k = (i % this.size) * this.channels + c, x = sound[(i - at) * this.channels + c];
        const up = i - start < mixed ? (i - start + 0.5) / mixed : 1;
        this.store[k] = up < 1 ? this.store[k] * (1 - up) + x * up : x;
      }
    this.write = end;
  }
  process(_, [out]) {
    const have = this.write - this.read, n = out[0].length;
    if (!this.going && have && (have >= this.enough || this.ending)) this.going = true;
    for (let i = 0; i < n; i++) this.sample(out, i);
    if (this.going && this.read === this.write) {
      this.going = false;
      if (!this.ending && !this.stopping) this.underruns++;
    }
    this.report(n);
    return !this.over();
  }
  sample(out, i) {
    const plays = this.going && this.read < this.write, k = (this.read % this.size) * this.channels;
    if (this.stopping) this.gain = Math.max(0, this.gain - 1 / (0.03 * sampleRate));
    for (let c = 0; c < this.channels; c++) {
      this.last[c] = plays ? this.store[k + c] : 0.99 * this.last[c];  // running dry dies away; a step would click
      out[c][i] = this.last[c] * this.gain;
      this.peak = Math.max(this.peak, Math.abs(out[c][i]));
    }
    if (plays) this.read++;
  }
  over() { return this.stopping ? this.gain === 0 : this.ending && this.read === this.write; }
  report(n) {
    const ahead = (this.write - this.read) / sampleRate;
    this.calm = Math.max(0, this.calm - n);
    if (this.going && !this.calm) this.least = Math.min(this.least ?? ahead, ahead);
    this.since += n;
    if (this.since < 0.05 * sampleRate && !this.over()) return;
    const { read: played, underruns, peak, received, placed, least } = this;
    this.port.postMessage({ played, ahead, underruns, peak, received, placed, least, over: this.over() });
    Object.assign(this, { since: 0, peak: 0, placed: [], least: null });
  }
}
registerProcessor("soundcube-ring", Ring);
`;

const LATENCY = 0.015; // seconds that the browser is asked to keep itself
const LIMITED = 0.02;  // seconds by which the limiter delays

// An AudioContext at the model's own rate; the browser does the resampling.
export class Speaker {
  constructor(rate) {
    this.context = new AudioContext({ sampleRate: rate, latencyHint: LATENCY });
    this.gain = new GainNode(this.context);
    this.meter = new AnalyserNode(this.context, { fftSize: 2048, smoothingTimeConstant: 0 });
    this.meter.connect(this.context.destination);
    this.node = null;
    this.turnedDown = 1;  // the least gain lately, of what would be over full scale
    const url = URL.createObjectURL(new Blob([RING, LIMITER], { type: "text/javascript" }));
    const added = this.context.audioWorklet.addModule(url).finally(() => URL.revokeObjectURL(url));
    this.ready = added.then(() => this.limit());
    this.ready.catch(() => {}); // closed before it was ready: nobody waits for it
  }
  limit() {
    const limiter = new AudioWorkletNode(this.context, "soundcube-limiter");
    limiter.port.onmessage = ({ data }) => { this.turnedDown = data; };
    this.limiter = limiter;
    limiter.connect(this.gain).connect(this.meter);
  }
  async begin(run, channels, report) {
    await this.ready;
    const shape = { numberOfInputs: 0, outputChannelCount: [channels], processorOptions: { channels } };
    const node = new AudioWorkletNode(this.context, "soundcube-ring", shape);
    node.connect(this.limiter);
    this.node = node;
    this.over = new Promise((done) => {
      node.port.onmessage = ({ data }) => {
        report(run, data);
        if (data.over) { node.disconnect(); done(); }
      };
    });
  }
  // about: {at, number, fade, marked}; where it went comes back in a report, if it overtook something or is marked.
  play(sound, about) { this.node?.port.postMessage({ sound, ...about }, [sound.buffer]); }
  stop() {
    this.node?.port.postMessage({ stop: true });
    this.node = null;
  }
  // Let what is in store be heard to its end.
  async finish() {
    if (!this.node) return;
    this.node.port.postMessage({ end: true });
    this.node = null;
    await Promise.race([this.over, new Promise((done) => setTimeout(done, 3000))]);
  }
  // When what the ring gives at a moment of the context's time leaves the loudspeaker, on the clock of events: ms.
  when(made) {
    const time = made + LIMITED;
    const { contextTime, performanceTime } = this.context.getOutputTimestamp?.() ?? {};
    if (performanceTime) return performanceTime + 1000 * (time - contextTime);
    return performance.now() + 1000 * (time - this.context.currentTime + (this.context.outputLatency || 0));
  }
  volume(share) { this.gain.gain.setTargetAtTime(share ** 2, this.context.currentTime, 0.02); }
  level() {
    const x = new Float32Array(1024);
    this.meter.getFloatTimeDomainData(x);
    return decibels(x.reduce((sum, v) => sum + v * v, 0) / x.length);
  }
  close() { this.node = null; return this.context.close(); }
}
