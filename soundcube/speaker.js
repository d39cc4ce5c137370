// The loudspeaker of the live page: a worklet that plays what the kernel sends, and counts what was heard.

import { decibels } from "./base.js";
import { LIMITER } from "./limiter.js";

// Runs in the audio thread: a ring of samples that is filled by messages and emptied by the loudspeaker.
const RING = `
class Ring extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.size = Math.ceil(45 * sampleRate);  // of each channel, as all that is counted
    this.stores = Array.from({ length: processorOptions.channels }, () => new Float32Array(this.size));
    this.last = this.stores.map(() => 0);
    this.read = this.write = this.underruns = this.peak = this.since = 0;
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
    const { stores, size } = this, n = stores.length;
    for (let k = 0; k < sound.length && this.write - this.read < size; k += n, this.write++)
      stores.forEach((store, c) => { store[this.write % size] = sound[k + c]; });
  }
  process(_, [outs]) {
    const have = this.write - this.read;
    if (!this.going && have && (have >= this.enough || this.ending)) this.going = true;
    for (let i = 0; i < outs[0].length; i++) {
      const some = this.going && this.read < this.write, at = this.read % this.size;
      if (some) this.read++;
      if (this.stopping) this.gain = Math.max(0, this.gain - 1 / (0.03 * sampleRate));
      outs.forEach((out, c) => {
        this.last[c] = some ? this.stores[c][at] : 0.99 * this.last[c];  // running dry dies away; a step would click
        out[i] = this.last[c] * this.gain;
        this.peak = Math.max(this.peak, Math.abs(out[i]));
      });
    }
    if (this.going && this.read === this.write) {
      this.going = false;
      if (!this.ending && !this.stopping) this.underruns++;
    }
    this.report(outs[0].length);
    return !this.over();
  }
  over() { return this.stopping ? this.gain === 0 : this.ending && this.read === this.write; }
  report(n) {
    this.since += n;
    if (this.since < 0.05 * sampleRate && !this.over()) return;
    const ahead = (this.write - this.read) / sampleRate;
    this.port.postMessage({ played: this.read, ahead, underruns: this.underruns, peak: this.peak, over: this.over() });
    this.since = this.peak = 0;
  }
}
registerProcessor("soundcube-ring", Ring);
`;

// An AudioContext at the model's own rate; the browser does the resampling.
export class Speaker {
  constructor(rate) {
    this.context = new AudioContext({ sampleRate: rate, latencyHint: "playback" });
    this.gain = new GainNode(this.context);
    this.meter = new AnalyserNode(this.context, { fftSize: 1024 });
    this.meter.connect(this.context.destination);
    this.node = null;
    this.turnedDown = 1;  // the least gain lately, of what would be over full scale
    const url = URL.createObjectURL(new Blob([RING, LIMITER], { type: "text/javascript" }));
    const added = this.context.audioWorklet.addModule(url).finally(() => URL.revokeObjectURL(url));
    this.ready = added.then(() => this.limit());
  }
  limit() {
    const limiter = new AudioWorkletNode(this.context, "soundcube-limiter");
    limiter.port.onmessage = ({ data }) => { this.turnedDown = data; };
    this.limiter = limiter;
    limiter.connect(this.gain).connect(this.meter);
  }
  async begin(run, channels, told) {
    await this.ready;
    const options = { numberOfInputs: 0, outputChannelCount: [channels], processorOptions: { channels } };
    const node = new AudioWorkletNode(this.context, "soundcube-ring", options);
    node.connect(this.limiter);
    this.node = node;
    this.over = new Promise((done) => {
      node.port.onmessage = ({ data }) => {
        told(run, data);
        if (data.over) { node.disconnect(); done(); }
      };
    });
  }
  play(sound) { this.node?.port.postMessage({ sound }, [sound.buffer]); }
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
  volume(share) { this.gain.gain.setTargetAtTime(share ** 2, this.context.currentTime, 0.02); }
  level() {
    const x = new Float32Array(this.meter.fftSize);
    this.meter.getFloatTimeDomainData(x);
    return decibels(x.reduce((sum, v) => sum + v * v, 0) / x.length);
  }
  close() { this.node = null; return this.context.close(); }
}
