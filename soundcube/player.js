// The page of soundcube.players.TakePlayer and TakeShelf: cards that draw and play takes.

const COLOURS = [[0, 0, 4], [81, 18, 124], [183, 55, 121], [252, 137, 97], [252, 253, 191]];  // dark to light
const GUTTER = { left: 44, right: 44, bottom: 18 };  // room for axes, pixels
const WAVE = 72, PICTURE = 150;                      // heights, pixels
const PLAN = { names: 16, map: 60, pitches: ["C", "Eb", "F♯", "A"] };  // under them: chords and chroma

const h = (tag, attributes = {}, ...children) => {
  const el = Object.assign(document.createElement(tag), attributes);
  for (const [k, v] of Object.entries(attributes)) if (k.includes("-") || k === "role") el.setAttribute(k, v);
  el.append(...children);
  return el;
};
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const hertz = (f) => (f >= 1000 ? `${f / 1000}k` : String(f));
const bytes = (view, kind) => new kind(view.buffer, view.byteOffset, view.byteLength);

// Questions to the kernel, each with a number; an answer may come in several messages.
function asker(model) {
  const waiting = new Map(), page = crypto.getRandomValues(new Uint32Array(1))[0];
  let number = 0;
  const received = (message, buffers) => {
    const question = waiting.get(message.to);
    if (!question) return;
    question.buffers.push(...buffers);
    if (message.more) return;
    waiting.delete(message.to);
    if (message.error) question.fail(new Error(message.error));
    else question.done({ ...message, buffers: question.buffers });
  };
  model.on("msg:custom", received);
  const ask = (message) => new Promise((done, fail) => {
    const id = `${page}-${number++}`;
    waiting.set(id, { done, fail, buffers: [] });
    model.send({ ...message, id });
  });
  return { ask, off: () => model.off("msg:custom", received) };
}

// A round step with which an axis of so many seconds gets about ten ticks.
function tickStep(seconds, room) {
  const least = seconds / Math.max(2, room / 70);
  return [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((s) => s >= least) ?? 7200;
}

// Spectrogram rows (lowest first, a byte each) as a small canvas, one pixel a value.
function colourful(picture, rows) {
  const columns = picture.length / rows, canvas = h("canvas", { width: columns, height: rows });
  const image = new ImageData(columns, rows);
  const table = Array.from({ length: 256 }, (_, v) => {
    const at = (v / 255) * (COLOURS.length - 1), k = Math.min(COLOURS.length - 2, Math.floor(at));
    return COLOURS[k].map((c, i) => c + (COLOURS[k + 1][i] - c) * (at - k));
  });
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const to = 4 * ((rows - 1 - row) * columns + column);
      image.data.set(table[picture[row * columns + column]], to);
      image.data[to + 3] = 255;
    }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

// A plan's chroma, C the lowest, and above it the names of its chords, as many as there is room for.
function drawPlan(g, left, room, { plan, chords, seconds }) {
  const top = WAVE + PICTURE + PLAN.names, row = PLAN.map / 12;
  g.imageSmoothingEnabled = false;
  g.drawImage(plan, left, top, room, PLAN.map);
  g.textAlign = "right";
  PLAN.pitches.forEach((name, k) => g.fillText(name, left - 6, top + PLAN.map - row * (3 * k + 0.5)));
  g.textAlign = "left";
  let free = left;
  for (const [at, name] of chords) {
    const x = left + (room * at) / seconds, wide = g.measureText(name).width;
    if (x < free || x + wide > left + room) continue;
    g.fillText(name, x + 2, top - PLAN.names / 2);
    free = x + wide + 6;
  }
}

// Waveform, spectrogram, plan (if there is one) and axes into `canvas`, which is `width` CSS pixels wide.
function draw(canvas, width, { wave, spectrogram, low, high, range, seconds, plan, chords }) {
  const base = WAVE + PICTURE + (plan ? PLAN.names + PLAN.map : 0);
  const scale = devicePixelRatio || 1, height = base + GUTTER.bottom;
  Object.assign(canvas, { width: width * scale, height: height * scale });
  const style = getComputedStyle(canvas), g = canvas.getContext("2d");
  const ink = style.getPropertyValue("color"), strong = style.getPropertyValue("accent-color");
  const left = GUTTER.left, room = width - left - GUTTER.right;
  g.scale(scale, scale);
  g.font = "10px sans-serif";
  g.fillStyle = strong === "auto" ? ink : strong;
  const columns = wave.length / 2;
  for (let x = 0; x < room; x++) {
    const from = Math.floor((x * columns) / room), to = Math.max(from + 1, Math.floor(((x + 1) * columns) / room));
    let least = 127, most = -127;
    for (let k = from; k < Math.min(to, columns); k++) { least = Math.min(least, wave[2 * k]); most = Math.max(most, wave[2 * k + 1]); }
    if (most < least) continue;
    const top = (WAVE / 2 - 4) * (1 - most / 127) + 2, bottom = (WAVE / 2 - 4) * (1 - least / 127) + 3;
    g.fillRect(left + x, top, 1, Math.max(1, bottom - top));
  }
  g.imageSmoothingEnabled = true;
  g.drawImage(spectrogram, left, WAVE, room, PICTURE);
  g.fillStyle = ink;
  g.textBaseline = "middle";
  g.textAlign = "right";
  for (const f of [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000].filter((f) => f >= low && f < high * 0.9)) {
    const y = WAVE + PICTURE * (1 - Math.log(f / low) / Math.log(high / low));
    g.fillText(hertz(f), left - 6, Math.min(y, WAVE + PICTURE - 5));
    g.fillRect(left - 4, y, 4, 1);
  }
  g.fillText("Hz", left - 6, WAVE + 4);
  g.textAlign = "center";
  const step = tickStep(seconds, room);
  for (let t = 0; t <= seconds; t += step) {
    const x = left + (room * t) / seconds;
    g.fillRect(x, base, 1, 4);
    g.fillText(step < 1 ? t.toFixed(1) : seconds < 60 ? String(t) : clock(t), Math.min(x, width - 16), base + 12);
  }
  g.fillText(seconds < 60 ? "s" : "min", width - 14, base + 12);
  if (plan) drawPlan(g, left, room, { plan, chords, seconds });
  const bar = g.createLinearGradient(0, WAVE + PICTURE, 0, WAVE);
  COLOURS.forEach((c, k) => bar.addColorStop(k / (COLOURS.length - 1), `rgb(${c})`));
  g.fillStyle = bar;
  g.fillRect(width - GUTTER.right + 8, WAVE, 7, PICTURE);
  g.fillStyle = ink;
  g.textAlign = "left";
  [[0, "0 dB"], [0.5, `−${range / 2}`], [1, `−${range}`]].forEach(([at, text]) => g.fillText(text, width - GUTTER.right + 18, WAVE + 5 + (PICTURE - 10) * at));
}

let playing = null;  // one take at a time, on the whole page

class Card {
  constructor(take, ask, shelf) {
    Object.assign(this, { take, ask, shelf, drawing: null, sound: null, analyser: null, asked: null });
    this.audio = h("audio", { preload: "auto" });
    this.canvas = h("canvas", { className: "sc-canvas" });
    this.head = h("div", { className: "sc-head", hidden: true });
    this.view = h("div", { className: "sc-view", tabIndex: 0, role: "slider", "aria-label": `Position in ${take.title}`, "aria-valuemin": 0 }, this.canvas, this.head);
    this.view.classList.toggle("sc-planned", take.planned);
    this.button = h("button", { type: "button", className: "sc-play", onclick: () => this.toggle() });
    this.time = h("span", { className: "sc-time" });
    this.loop = h("button", { type: "button", title: "Play it again and again (L)", "aria-pressed": "false", onclick: () => this.setLoop() }, "⟳ Loop");
    this.volume = h("input", { type: "range", min: 0, max: 1, step: 0.01, value: 1, title: "Volume", "aria-label": "Volume", oninput: () => { this.audio.volume = this.volume.value ** 2; } });
    this.level = h("span", { className: "sc-fill" });
    this.note = h("div", { className: "sc-note", role: "alert", hidden: true });
    this.el = h("article", { className: "sc-card", "aria-label": take.title }, this.header(), this.note);
    if (take.error) this.say(take.error);
    else this.el.append(this.view, this.controls(), this.about());
    this.listen();
    this.show();
  }

  header() {
    this.title = h("div", { className: "sc-title" });
    this.nameIt();
    return this.title;
  }
  nameIt() {
    const { take } = this;
    this.star = h("button", { type: "button", className: "sc-star", title: "Favourite", onclick: () => this.do({ do: "favourite", on: !this.take.favourite }) });
    const name = h("h3", { title: take.name }, take.title), kind = h("span", { className: "sc-kind" }, take.ending.slice(1));
    const rename = h("button", { type: "button", title: "Give it another name", onclick: () => this.rename() }, "Rename");
    const remove = h("button", { type: "button", title: "Put it into the folder .bin", onclick: () => this.remove() }, "Delete");
    this.title.replaceChildren(...(this.shelf ? [this.star, name, kind, h("span", { className: "sc-space" }), rename, remove] : [name, kind]));
    this.update(take);
  }
  controls() {
    const meter = h("span", { className: "sc-track", role: "img", "aria-label": "Level" }, this.level);
    return h("div", { className: "sc-row" }, this.button, this.time, this.loop, h("label", { className: "sc-volume" }, "Vol", this.volume), meter);
  }
  about() {
    const formats = ["wav", "flac", "mp3"].map((f) => h("button", { type: "button", title: `Download as ${f.toUpperCase()}`, onclick: () => this.download(`.${f}`) }, f.toUpperCase()));
    return h("div", { className: "sc-foot" }, h("div", { className: "sc-words" }, ...this.take.words.map(([k, v]) => h("span", {}, `${k} `, h("b", {}, v)))),
      h("span", { className: "sc-group", role: "group", "aria-label": "Download" }, "↓", ...formats));
  }

  say(text) { this.note.textContent = text; this.note.hidden = !text; }
  async do(message) {
    this.say("");
    try { await this.ask({ ...message, name: this.take.name }); } catch (error) { this.say(error.message); }
  }
  update(take) {
    this.take = take;
    this.star.textContent = take.favourite ? "★" : "☆";
    this.star.setAttribute("aria-pressed", take.favourite);
  }
  rename() {
    const input = h("input", { value: this.take.title, maxLength: 100, "aria-label": "New name" });
    const done = h("button", { type: "submit" }, "Rename"), cancel = h("button", { type: "button", onclick: () => this.nameIt() }, "Cancel");
    const form = h("form", { className: "sc-row", onsubmit: (event) => { event.preventDefault(); this.nameIt(); this.do({ do: "rename", title: input.value }); } }, input, done, cancel);
    form.onkeydown = (event) => {  // JupyterLab keeps Enter from a form
      if (event.key === "Escape") this.nameIt();
      if (event.key === "Enter" && event.target === input) { event.preventDefault(); form.requestSubmit(); }
    };
    this.title.replaceChildren(form);
    input.focus();
    input.select();
  }
  remove() {
    const yes = h("button", { type: "button", className: "sc-danger", onclick: () => { this.stop(); this.nameIt(); this.do({ do: "delete" }); } }, "Delete");
    const no = h("button", { type: "button", onclick: () => this.nameIt() }, "Keep");
    this.title.replaceChildren(h("span", { className: "sc-question" }, `Delete ${this.take.title}? It goes to the folder .bin.`), h("span", { className: "sc-space" }), yes, no);
    no.focus();
  }

  // --- seeing ------------------------------------------------------------------------------------------------------
  async see() {
    if (this.asked || this.take.error) return;
    this.asked = true;
    try {
      const { rows, low, high, range, seconds, chords, buffers } = await this.ask({ do: "draw", name: this.take.name });
      const [wave, picture, told] = buffers, spectrogram = colourful(bytes(picture, Uint8Array), rows);
      const plan = told && colourful(bytes(told, Uint8Array), 12);
      this.drawing = { wave: bytes(wave, Int8Array), spectrogram, low, high, range, seconds, plan, chords };
      this.redraw();
      this.show();
    } catch (error) { this.say(error.message); }
  }
  redraw() {
    const width = this.view.clientWidth;
    if (this.drawing && width > 100) draw(this.canvas, width, this.drawing);
    this.show();
  }
  get seconds() { return this.drawing?.seconds || this.take.seconds || 0; }

  // --- hearing -----------------------------------------------------------------------------------------------------
  async load() {
    if (this.sound) return;
    const { buffers, note } = await this.ask({ do: "audio", name: this.take.name });
    this.sound = URL.createObjectURL(new Blob(buffers, { type: "audio/wav" }));
    this.audio.src = this.sound;
    if (note) this.say(note);
  }
  async toggle() {
    if (!this.audio.paused) return this.audio.pause();
    this.button.disabled = true;
    try {
      this.say("");
      this.context ??= new AudioContext();
      this.context.resume();
      await this.load();
      if (!this.analyser) {
        this.analyser = new AnalyserNode(this.context, { fftSize: 1024 });
        this.context.createMediaElementSource(this.audio).connect(this.analyser).connect(this.context.destination);
      }
      if (playing !== this) playing?.stop();
      playing = this;
      await this.audio.play();
    } catch (error) { this.say(error.message); }
    this.button.disabled = false;
    this.show();
  }
  stop() { this.audio.pause(); }
  setLoop() { this.audio.loop = !this.audio.loop; this.loop.setAttribute("aria-pressed", this.audio.loop); }
  async seek(to) {
    const at = Math.min(Math.max(0, to), this.seconds);
    try { await this.load(); } catch (error) { return this.say(error.message); }
    if (this.audio.readyState < 1) await new Promise((done) => this.audio.addEventListener("loadedmetadata", done, { once: true }));
    this.audio.currentTime = at;
    this.show();
  }
  async download(ending) {
    this.say("");
    try {
      const { buffers, file } = await this.ask({ do: "download", name: this.take.name, ending });
      const url = URL.createObjectURL(new Blob(buffers));
      h("a", { href: url, download: file }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) { this.say(error.message); }
  }

  // --- showing -----------------------------------------------------------------------------------------------------
  show() {
    const at = this.audio.currentTime || 0, width = this.view.clientWidth - GUTTER.left - GUTTER.right;
    this.button.textContent = this.audio.paused ? "▶ Play" : "❚❚ Pause";
    this.time.textContent = `${clock(at)} / ${clock(this.seconds)}`;
    this.head.hidden = !this.drawing;
    this.head.style.transform = `translateX(${GUTTER.left + (this.seconds ? (width * at) / this.seconds : 0)}px)`;
    this.view.setAttribute("aria-valuemax", this.seconds.toFixed(1));
    this.view.setAttribute("aria-valuenow", at.toFixed(1));
    this.view.setAttribute("aria-valuetext", `${clock(at)} of ${clock(this.seconds)}`);
  }
  animate() {
    let db = -99;
    if (this.analyser && !this.audio.paused) {
      const x = new Float32Array(this.analyser.fftSize);
      this.analyser.getFloatTimeDomainData(x);
      db = 10 * Math.log10(x.reduce((sum, v) => sum + v * v, 0) / x.length + 1e-10);
    }
    this.level.style.width = `${Math.max(0, 100 + (db * 100) / 60)}%`;
    this.el.dataset.level = db.toFixed(1);
    this.show();
    if (!this.audio.paused) requestAnimationFrame(() => this.animate());
  }
  listen() {
    this.audio.onplay = () => this.animate();
    this.audio.onpause = this.audio.onended = () => this.animate();
    const place = (event) => {
      const box = this.view.getBoundingClientRect();
      return ((event.clientX - box.left - GUTTER.left) / (box.width - GUTTER.left - GUTTER.right)) * this.seconds;
    };
    this.view.onpointerdown = (event) => { this.view.setPointerCapture(event.pointerId); this.seek(place(event)); };
    this.view.onpointermove = (event) => { if (event.buttons & 1) this.seek(place(event)); };
    this.el.onkeydown = (event) => this.key(event);
    this.resized = new ResizeObserver(() => this.redraw());
    this.resized.observe(this.view);
    this.seen = new IntersectionObserver((entries) => { if (entries.some((e) => e.isIntersecting)) this.see(); });
    this.seen.observe(this.el);
  }
  key(event) {
    if (event.target.matches("input, button") || event.ctrlKey || event.metaKey || event.altKey || this.take.error) return;
    const at = this.audio.currentTime || 0, step = event.shiftKey ? 1 : 5;
    const keys = { " ": () => this.toggle(), ArrowLeft: () => this.seek(at - step), ArrowRight: () => this.seek(at + step), Home: () => this.seek(0), End: () => this.seek(this.seconds), l: () => this.setLoop() };
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }
  close() {
    this.stop();
    this.resized.disconnect();
    this.seen.disconnect();
    this.context?.close();
    this.audio.removeAttribute("src");
    if (this.sound) URL.revokeObjectURL(this.sound);
    if (playing === this) playing = null;
    this.el.remove();
  }
}

function render({ model, el }) {
  const { ask, off } = asker(model), shelf = model.get("shelf");
  const cards = new Map(), list = h("div", { className: shelf ? "sc-cards" : "" });
  const count = h("span", { className: "sc-status", role: "status" });
  const only = h("input", { type: "checkbox" });
  const again = h("button", { type: "button", title: "Look again what is in the folder", onclick: () => ask({ do: "refresh" }).catch((error) => { count.textContent = error.message; }) }, "Refresh");
  const root = h("section", { className: "soundcube sc-takes", "aria-label": shelf ? "Takes" : "Player", "data-lm-suppress-shortcuts": "true" });
  if (shelf) root.append(h("div", { className: "sc-row" }, count, h("span", { className: "sc-space" }), h("label", {}, only, " Favourites only"), again));
  root.append(list);
  el.append(root);

  function show() {
    const takes = model.get("takes"), key = (t) => `${t.name} ${t.stamp}`, kept = new Set(takes.map(key));
    for (const [k, card] of cards) if (!kept.has(k)) { card.close(); cards.delete(k); }
    for (const take of takes) {
      if (cards.has(key(take))) cards.get(key(take)).update(take);
      else cards.set(key(take), new Card(take, ask, shelf));
    }
    const shown = takes.filter((t) => !only.checked || t.favourite);
    shown.forEach((take, k) => {  // moving a card would stop its sound
      const card = cards.get(key(take)).el;
      if (list.children[k] !== card) list.insertBefore(card, list.children[k] ?? null);
    });
    while (list.children.length > shown.length) list.lastChild.remove();
    const more = model.get("more");
    count.textContent = takes.length ? `${takes.length + more} take${takes.length + more === 1 ? "" : "s"}${more ? `, the newest ${takes.length} shown` : ""}` : "No takes yet: generate one, or record live.";
  }
  only.onchange = show;
  model.on("change:takes", show);
  model.on("change:more", show);
  const redraw = () => cards.forEach((card) => card.redraw());
  const theme = new MutationObserver(() => [0, 300, 1500].forEach((ms) => setTimeout(redraw, ms)));  // a theme's style sheet arrives after its name
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  show();
  return () => {
    off();
    model.off("change:takes", show);
    model.off("change:more", show);
    theme.disconnect();
    cards.forEach((card) => card.close());
  };
}

export default { render };
