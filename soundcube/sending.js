// Files on their way to the kernel, piece by piece: used wherever something is dropped or chosen.

import { h, button, isFiles, newName } from "./base.js";

const SENT_AT_ONCE = 1 << 20; // bytes in a message; servers refuse large ones
const LATE = 8000;            // ms without an answer before the page says so; it waits on

function amount(bytes) {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

// Everything in a dropped folder; `readEntries` gives a hundred at a time.
async function within(entry) {
  if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
  const reader = entry.createReader(), found = [];
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) return found;
    for (const one of some) found.push(...(await within(one)));
  }
}

// The dropped files, and of dropped folders what is music.
async function dropped(transfer, isMusic) {
  const items = [...transfer.items].filter((i) => i.kind === "file");
  const kept = items.map((i) => ({ file: i.getAsFile(), entry: i.webkitGetAsEntry?.() })); // gone after the first wait
  const found = [];
  for (const { file, entry } of kept)
    if (entry?.isDirectory) found.push(...(await within(entry)).filter((f) => isMusic(f.name)));
    else found.push(file);
  return found;
}

// Let files be dropped on `target`; `take(files)` gets them, `fail(text)` what went wrong.
export function droppable(target, marked, isMusic, take, fail) {
  target.ondragover = (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    marked.classList.add("sc-over");
  };
  target.ondragleave = (event) => { if (!target.contains(event.relatedTarget)) marked.classList.remove("sc-over"); };
  target.ondrop = (event) => {
    event.preventDefault();
    event.stopPropagation();
    marked.classList.remove("sc-over");
    const found = (files) => (files.length ? take(files) : fail("no music in it"));
    dropped(event.dataTransfer, isMusic).then(found, (error) => fail(error.message));
  };
}

// A file on its way: a line with its name, how far it is, and what became of it.
class Sending {
  constructor(id, file, send) {
    Object.assign(this, { id, file, send, ended: false, answer: null });
    this.bar = h("progress", { max: Math.max(1, file.size), value: 0, "aria-label": `Sent of ${file.name}` });
    this.text = h("span", { className: "sc-status" }, "waiting");
    this.button = button("Cancel", `Cancel ${file.name}`, () => this.cancel());
    this.button.setAttribute("aria-label", `Cancel ${file.name}`);
    const name = h("span", { className: "sc-file-name", title: file.name }, file.name);
    this.el = h("li", { className: "sc-sent" }, name, this.bar, this.text, this.button);
  }
  async run() {
    try {
      for (let got = await this.ask({ do: "begin", name: this.file.name, size: this.file.size }); !this.ended;) {
        this.bar.value = got;
        this.text.textContent = `${amount(got)} of ${amount(this.file.size)}`;
        const piece = await this.file.slice(got, got + SENT_AT_ONCE).arrayBuffer();
        if (!this.ended) got = await this.ask({ do: "piece", at: got }, [piece]);
      }
    } catch (error) { this.fail(error.message); }
  }
  ask(message, buffers) {
    return new Promise((done) => {
      const say = () => { this.text.textContent = "waiting for the kernel: a cell runs, or it has ended"; };
      const late = setTimeout(say, LATE);
      this.answer = (got) => { clearTimeout(late); done(got); };
      this.send({ ...message, id: this.id }, buffers);
    });
  }
  answered({ got, saved, error }) {
    if (error) this.end(error, "sc-failed");
    if (saved) this.end(saved === this.file.name ? "added" : `added as ${saved}`, "sc-added");
    this.answer?.(got);
  }
  end(text, kind) {
    if (this.ended && kind !== "sc-added") return;
    this.ended = true;
    this.text.textContent = text;
    this.text.setAttribute("role", kind === "sc-failed" ? "alert" : "status"); // said aloud
    this.el.classList.add(kind);
    this.bar.remove();
    this.button.remove();
  }
  fail(text) { this.cancel(text, "sc-failed"); }
  cancel(text = "cancelled", kind = "sc-cancelled") {
    if (this.ended) return;
    this.send({ do: "cancel", id: this.id });
    this.end(text, kind);
    this.answer?.(0);
  }
}

// All files on their way, one after the other; all of them at once would only be slower each.
export class Outbox {
  constructor(model) {
    this.files = new Map();
    this.page = newName();
    this.number = 0;
    this.busy = false;
    this.send = (message, buffers) => model.send(message, undefined, buffers);
    this.el = h("ul", { className: "sc-sending", "aria-label": "Files being added" });
  }
  add(chosen) {
    for (const [id, f] of this.files)
      if (f.ended && !this.busy) {
        f.el.remove();
        this.files.delete(id);
      }
    for (const file of chosen) {
      const f = new Sending(`${this.page}-${this.number++}`, file, this.send);
      this.files.set(f.id, f);
      this.el.append(f.el);
    }
    this.work();
  }
  async work() {
    if (this.busy) return;
    this.busy = true;
    for (let next; (next = [...this.files.values()].find((f) => !f.ended));) await next.run();
    this.busy = false;
  }
  say(text) { this.el.append(h("li", { className: "sc-sent sc-failed", role: "alert" }, text)); }
  received(message) { this.files.get(message.to)?.answered(message); }
  leave() { for (const f of this.files.values()) f.cancel(); }
  lost(text) { for (const f of this.files.values()) f.fail(text); }
}
