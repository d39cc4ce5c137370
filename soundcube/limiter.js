// What is over full scale is turned down in time, as in a take that is written: a limiter that looks ahead, in the
// audio thread.

// Every channel by the same gain, so that nothing moves between them. The gain is the least that any of the next 20 ms
// needs, averaged over 20 ms: it never jumps, and is there when the peak is.
export const LIMITER = `
class Limiter extends AudioWorkletProcessor {
  constructor() {
    super();
    this.n = Math.max(1, Math.round(0.02 * sampleRate));
    this.mins = new Float64Array(this.n).fill(1);
    this.sum = this.n;
    this.at = this.since = 0;
    this.least = 1;
    this.peaks = [];   // [when, gain needed], the least first
    this.delays = [];  // of each channel
  }
  lowest(need) {
    const { peaks, at } = this;
    while (peaks.length && peaks[peaks.length - 1][1] >= need) peaks.pop();
    if (need < 1) peaks.push([at, need]);
    if (peaks.length && peaks[0][0] <= at - this.n) peaks.shift();
    return peaks.length ? peaks[0][1] : 1;
  }
  gain(need) {
    const slot = this.at % this.n, low = this.lowest(need);
    this.sum += low - this.mins[slot];
    this.mins[slot] = low;
    return this.sum > this.n - 1e-6 ? 1 : this.sum / this.n;
  }
  process([ins], [outs]) {
    for (let i = 0; i < outs[0].length; i++) {
      const peak = ins.reduce((most, x) => Math.max(most, Math.abs(x[i])), 0);
      const gain = this.gain(peak > 1 ? 1 / peak : 1), slot = this.at % this.n;
      outs.forEach((out, c) => {
        const delay = this.delays[c] ??= new Float32Array(this.n);
        delay[slot] = ins.length ? ins[Math.min(c, ins.length - 1)][i] : 0;
        out[i] = delay[(slot + 1) % this.n] * gain;
      });
      this.least = Math.min(this.least, gain);
      this.at++;
    }
    this.report(outs[0].length);
    return true;
  }
  report(n) {
    this.since += n;
    if (this.since < 0.2 * sampleRate) return;
    this.port.postMessage(this.least);
    this.since = 0;
    this.least = 1;
  }
}
registerProcessor("soundcube-limiter", Limiter);
`;
