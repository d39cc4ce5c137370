// A take's sound in the page: loaded once, one take at a time, as loud as the others if that is wanted, and measured.

import { h, decibels } from "./base.js";

const FULL = 0.999;      // a sample as large as this was cut off
const HOLD = 1500;       // ms that the peak stays
const LIMIT = { low: -24, high: 24 }; // dB by which a take is made softer or louder at most

let playing = null;      // one take at a time, on the whole page

// target: the LUFS at which takes are compared; null: each as loud as it is.
export class Hearing {
  constructor(ask, name) {
    Object.assign(this, { ask, name, sound: null, context: null, loudness: null, peak: 0, target: null });
    Object.assign(this, { held: -99, since: 0, clipped: false });
    this.audio = h("audio", { preload: "auto" });
  }
  get at() { return this.audio.currentTime || 0; }
  get going() { return !this.audio.paused; }
  async load() {
    if (this.sound) return "";
    const { buffers, note, loudness, peak } = await this.ask({ do: "audio", name: this.name });
    Object.assign(this, { loudness, peak });
    this.sound = URL.createObjectURL(new Blob(buffers, { type: "audio/wav" }));
    this.audio.src = this.sound;
    return note;
  }
  wire() {
    if (this.context) return;
    this.context = new AudioContext();
    this.raw = new AnalyserNode(this.context, { fftSize: 1024 });
    this.out = new AnalyserNode(this.context, { fftSize: 1024 });
    this.gain = new GainNode(this.context);
    const source = this.context.createMediaElementSource(this.audio);
    source.connect(this.raw).connect(this.gain).connect(this.out).connect(this.context.destination);
  }
  async play() {
    this.wire();
    this.context.resume();
    const note = await this.load();
    this.match(this.target);
    if (playing !== this) playing?.pause();
    playing = this;
    await this.audio.play();
    return note;
  }
  pause() { this.audio.pause(); }
  async seek(seconds) {
    await this.load();
    const known = (done) => this.audio.addEventListener("loadedmetadata", done, { once: true });
    if (this.audio.readyState < 1) await new Promise(known);
    this.audio.currentTime = seconds;
  }
  // How much louder or softer it is played: never so loud that it is cut off.
  get change() {
    if (this.target === null || this.loudness === null) return 0;
    const room = -20 * Math.log10(Math.max(this.peak, 1e-3));
    return Math.min(Math.max(this.target - this.loudness, LIMIT.low), LIMIT.high, room);
  }
  match(target) {
    this.target = target;
    if (this.gain) this.gain.gain.value = 10 ** (this.change / 20);
  }
  // {level, peak}: dB of what is heard now and of its highest moment lately; clipped: whether samples were cut off.
  measure() {
    if (!this.out || !this.going) return { level: -99, peak: -99, clipped: this.clipped };
    const heard = new Float32Array(1024), raw = new Float32Array(1024);
    this.out.getFloatTimeDomainData(heard);
    this.raw.getFloatTimeDomainData(raw);
    const level = decibels(heard.reduce((sum, v) => sum + v * v, 0) / heard.length);
    const peak = 20 * Math.log10(heard.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-5));
    const now = performance.now();
    if (peak > this.held || now - this.since > HOLD) Object.assign(this, { held: peak, since: now });
    this.clipped ||= raw.some((v) => Math.abs(v) >= FULL);
    return { level, peak: this.held, clipped: this.clipped };
  }
  close() {
    this.pause();
    this.context?.close();
    this.audio.removeAttribute("src");
    if (this.sound) URL.revokeObjectURL(this.sound);
    if (playing === this) playing = null;
  }
}
