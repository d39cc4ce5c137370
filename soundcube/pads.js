// Chords to press: pads on the screen, keys of the computer, notes of a MIDI keyboard, or a name that is written.

import { h, button } from "./base.js";
import { MidiKeyboard } from "./midi.js";

const KEYS = ["A", "S", "D", "F", "G", "H", "J", "K"], NEXT_KEYS = ["1", "2", "3", "4"], FREE_KEY = "0";
const CODES = new Map([...KEYS.map((k) => [`Key${k}`, k]), ...[...NEXT_KEYS, FREE_KEY].map((k) => [`Digit${k}`, k])]);
const HINT = "Keys A to K and 1 to 4 play chords, 0 frees them, while this panel has the focus.";
const writes = (el) => el.matches("select, textarea, input:not([type=range], [type=checkbox])");

function pad(key, press) {
  const name = h("span", { className: "sc-chord" }), share = h("span", { className: "sc-share" });
  const el = h("button", { type: "button", className: "sc-pad" }, name, h("kbd", {}, key), share);
  el.onclick = (event) => el.dataset.chord && press(el.dataset.chord, event.timeStamp);
  el.show = (chord, likely, held) => {
    el.dataset.chord = name.textContent = chord;
    el.hidden = !chord;
    const often = likely ? `; follows here ${Math.round(100 * likely)} % of the time in your music` : "";
    el.title = `Key ${key}${often}`;
    el.setAttribute("aria-label", `Chord ${chord}`);
    el.setAttribute("aria-pressed", held);
    share.style.width = `${Math.round(100 * likely)}%`;
  };
  return el;
}

// `tell(what, at)`: what is asked for - {chord}, or {notes} - and the time of the event that asked.
export class ChordPads {
  constructor(tell) {
    this.tell = tell;
    const press = (chord, at) => tell({ chord }, at);
    this.pads = KEYS.map((key) => pad(key, press));
    this.next = NEXT_KEYS.map((key) => pad(key, press));
    const free = "No chord: harmony as it goes in a walk through your music (key 0)";
    this.free = button("Free", free, (event) => press(null, event.timeStamp), "sc-free");
    this.midi = new MidiKeyboard((notes, at) => tell({ notes }, at), (text) => this.say(text));
    const plug = () => this.midi.toggle().then(() => this.state());
    this.plug = button("MIDI keyboard", "Play chords on a MIDI keyboard", plug);
    this.said = h("span", { className: "sc-status", role: "status" });
    this.written = h("input", { type: "text", className: "sc-written", placeholder: "Dm7/G", maxLength: 20 });
    this.written.setAttribute("aria-label", "A chord by name");
    const write = h("form", { className: "sc-row" }, this.written);
    write.onsubmit = (event) => {
      event.preventDefault();
      if (this.written.value.trim()) press(this.written.value.trim(), event.timeStamp);
      this.written.select();
    };
    write.onkeydown = (event) => { // JupyterLab keeps Enter from sending a form
      if (event.key !== "Enter") return;
      event.preventDefault();
      write.requestSubmit();
    };
    this.asked = h("output", { className: "sc-asked", title: "The chord that is asked for" }, "–");
    this.heard = h("output", { className: "sc-heard", title: "The chord that is heard" }, "–");
    this.hint = h("span", { className: "sc-status" });
    this.el = this.rows(write);
  }
  rows(write) {
    const label = (text) => h("span", { className: "sc-kind" }, text);
    const space = () => h("span", { className: "sc-space" });
    const chords = h("div", { className: "sc-pads", role: "group", "aria-label": "Chords" }, ...this.pads);
    const next = h("div", { className: "sc-pads", role: "group", "aria-label": "What follows" }, ...this.next);
    return h("div", { className: "sc-play-chords" },
      h("div", { className: "sc-row" }, label("asked"), this.asked, label("heard"), this.heard, space(), this.said,
        this.plug),
      chords,
      h("div", { className: "sc-row sc-after" }, label("next"), next, space(), this.free, write),
      h("div", { className: "sc-row" }, this.hint));
  }
  say(text) { this.said.textContent = text; }
  state() { this.plug.setAttribute("aria-pressed", this.midi.on); }
  show({ pads, following, chord, usable, why }) {
    const likely = new Map(following);
    this.pads.forEach((el, k) => el.show(pads[k] ?? "", likely.get(pads[k]) ?? 0, pads[k] === chord));
    this.next.forEach((el, k) => el.show(following[k]?.[0] ?? "", following[k]?.[1] ?? 0, false));
    for (const el of [...this.pads, ...this.next, this.free, this.written]) el.disabled = !usable;
    this.free.setAttribute("aria-pressed", !chord);
    this.hint.textContent = usable ? HINT : why;
  }
  // A key that is pressed anywhere in the panel but where one writes; whether it was ours.
  key(event) {
    const key = CODES.get(event.code);
    if (!key || event.repeat || event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return false;
    if (key === FREE_KEY) this.tell({ chord: null }, event.timeStamp);
    const k = KEYS.indexOf(key), el = k < 0 ? this.next[NEXT_KEYS.indexOf(key)] : this.pads[k];
    if (el?.dataset.chord && !el.disabled) this.tell({ chord: el.dataset.chord }, event.timeStamp);
    return true;
  }
  close() { this.midi.close(); }
}
