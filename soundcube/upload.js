// The page of soundcube.widgets.DropZone: files are dropped or chosen, and sent piece by piece.

const PIECE = 1 << 20;  // bytes in a message; servers refuse large ones
const PATIENCE = 8000;  // ms without an answer before the page says so; it waits on

const h = (tag, attributes = {}, ...children) => {
  const el = Object.assign(document.createElement(tag), attributes);
  for (const [k, v] of Object.entries(attributes)) if (k.includes("-") || k === "role") el.setAttribute(k, v);
  el.append(...children);
  return el;
};
const amount = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`);

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
  const items = [...transfer.items].filter((i) => i.kind === "file").map((i) => ({ file: i.getAsFile(), entry: i.webkitGetAsEntry?.() }));  // gone after the first wait
  const found = [];
  for (const { file, entry } of items) found.push(...(entry?.isDirectory ? (await within(entry)).filter((f) => isMusic(f.name)) : [file]));
  return found;
}

// A file on its way: a line with its name, how far it is, and what became of it.
class Sending {
  constructor(id, file, send) {
    Object.assign(this, { id, file, send, ended: false, answer: null });
    this.bar = h("progress", { max: Math.max(1, file.size), value: 0, "aria-label": `Sent of ${file.name}` });
    this.text = h("span", { className: "sc-status" }, "waiting");
    this.button = h("button", { type: "button", "aria-label": `Cancel ${file.name}`, onclick: () => this.cancel() }, "Cancel");
    this.el = h("li", { className: "sc-sent" }, h("span", { className: "sc-file-name", title: file.name }, file.name), this.bar, this.text, this.button);
  }

  async run() {
    try {
      for (let got = await this.ask({ do: "begin", name: this.file.name, size: this.file.size }); !this.ended;) {
        this.bar.value = got;
        this.text.textContent = `${amount(got)} of ${amount(this.file.size)}`;
        const piece = await this.file.slice(got, got + PIECE).arrayBuffer();
        if (!this.ended) got = await this.ask({ do: "piece", at: got }, [piece]);
      }
    } catch (error) { this.fail(error.message); }
  }
  ask(message, buffers) {
    return new Promise((done) => {
      const late = setTimeout(() => { this.text.textContent = "waiting for the kernel: a cell runs, or it has ended"; }, PATIENCE);
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
    this.text.setAttribute("role", kind === "sc-failed" ? "alert" : "status");  // said aloud
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

function render({ model, el }) {
  const page = crypto.getRandomValues(new Uint32Array(1))[0], files = new Map();
  let number = 0, busy = false;
  const send = (message, buffers) => model.send(message, undefined, buffers);
  const isMusic = (name) => model.get("formats").some((f) => name.toLowerCase().endsWith(`.${f}`)) && !name.startsWith(".");

  const choose = h("input", { type: "file", multiple: true, className: "sc-file" });
  const list = h("ul", { className: "sc-sending", "aria-label": "Files being added" });
  const box = h("label", { className: "sc-drop" }, choose, h("span", {}, "Drop music here, or ", h("u", {}, "choose files")));
  const root = h("section", { className: "soundcube", "aria-label": "Add music", "data-lm-suppress-shortcuts": "true" }, box, list);
  el.append(root);

  // One after the other; all of them at once would only be slower each.
  async function work() {
    if (busy) return;
    busy = true;
    for (let next; (next = [...files.values()].find((f) => !f.ended));) await next.run();
    busy = false;
  }
  function add(chosen) {
    for (const [id, f] of files) if (f.ended && !busy) { f.el.remove(); files.delete(id); }
    for (const file of chosen) {
      const f = new Sending(`${page}-${number++}`, file, send);
      files.set(f.id, f);
      list.append(f.el);
    }
    work();
  }
  function say(text) { list.append(h("li", { className: "sc-sent sc-failed", role: "alert" }, text)); }

  const received = (message) => files.get(message.to)?.answered(message);
  const accept = () => { choose.accept = model.get("formats").map((f) => `.${f}`).join(","); };
  const leave = () => { for (const f of files.values()) f.cancel(); };
  const lost = () => { for (const f of files.values()) f.fail("the kernel was restarted; run this cell again"); };
  choose.onchange = () => { add([...choose.files]); choose.value = ""; };
  choose.onkeydown = (event) => {  // JupyterLab may keep Enter
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    choose.click();
  };
  root.ondragover = (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); box.classList.add("sc-over"); } };
  root.ondragleave = (event) => { if (!root.contains(event.relatedTarget)) box.classList.remove("sc-over"); };
  root.ondrop = (event) => {
    event.preventDefault();
    event.stopPropagation();
    box.classList.remove("sc-over");
    dropped(event.dataTransfer, isMusic).then((found) => (found.length ? add(found) : say("no music in it")), (error) => say(error.message));
  };
  model.on("msg:custom", received);
  model.on("change:formats", accept);
  model.on("comm_live_update", lost);
  addEventListener("pagehide", leave);
  accept();
  return () => {
    leave();
    model.off("msg:custom", received);
    model.off("change:formats", accept);
    model.off("comm_live_update", lost);
    removeEventListener("pagehide", leave);
  };
}

export default { render };
