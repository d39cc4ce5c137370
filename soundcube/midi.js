// A MIDI keyboard: the notes that are held on it.

const TOGETHER = 20; // ms in which the notes of a chord are struck
const NOTE_ON = 0x90, NOTE_OFF = 0x80;

// `chord(notes, at)` is called when notes were struck: all that are held, and when the last of them was; `said(text)`
// when there is something to say: which keyboards there are, or why there is none.
export class MidiKeyboard {
  constructor(chord, said) {
    Object.assign(this, { chord, said, held: new Set(), access: null, timer: 0 });
  }
  get on() { return this.access !== null; }
  async toggle() {
    if (this.on) return this.close();
    if (!navigator.requestMIDIAccess)
      return this.said("This browser has no Web MIDI; use the pads, the keys, or another browser such as Chrome.");
    try {
      this.access = await navigator.requestMIDIAccess();
    } catch (error) {
      return this.said(`The browser refused MIDI (${error.message}); allow it for this page, or use the pads.`);
    }
    this.access.onstatechange = () => this.wire();
    this.wire();
  }
  wire() {
    this.held.clear(); // whoever was unplugged says no more
    const inputs = [...this.access.inputs.values()].filter((input) => input.state !== "disconnected");
    for (const input of inputs) input.onmidimessage = (event) => this.heard(event);
    const names = inputs.map((input) => input.name || "MIDI").join(", ");
    this.said(names ? `MIDI: ${names}` : "No MIDI keyboard is connected; plug one in.");
  }
  heard({ data: [status, note, velocity], timeStamp }) {
    const kind = status & 0xf0;
    if (kind === NOTE_OFF || (kind === NOTE_ON && !velocity)) return this.held.delete(note);
    if (kind !== NOTE_ON) return;
    this.held.add(note);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.held.size && this.chord([...this.held], timeStamp), TOGETHER);
  }
  close() {
    clearTimeout(this.timer);
    for (const input of this.access?.inputs.values() ?? []) input.onmidimessage = null;
    if (this.access) this.access.onstatechange = null;
    this.access = null;
    this.held.clear();
    this.said("");
  }
}
