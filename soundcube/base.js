// What every page of Soundcube is made of: elements, questions to the kernel, keys that stay here, a kernel that ends.

const isAttribute = (name) => name.includes("-") || ["role", "for", "list"].includes(name);

// An element: h("button", { className: "sc-main", onclick }, "Play").
export function h(tag, attributes = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (isAttribute(name)) el.setAttribute(name, value);
    else el[name] = value;
  el.append(...children);
  return el;
}

// 75 -> "1:15"; to the nearest second, so that a take of sixty seconds says so.
export function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export const decibels = (power) => 10 * Math.log10(power + 1e-10);
export const bytes = (view, kind) => new kind(view.buffer, view.byteOffset, view.byteLength);
export const isFiles = (event) => event.dataTransfer.types.includes("Files");

export function button(text, title, onclick, className = "") {
  return h("button", { type: "button", className, title, onclick }, text);
}

// --- keys -----------------------------------------------------------------------------------------------------------

const OURS = ".soundcube, .sc-panel, .sc-app";
const SUPPRESS = "data-lm-suppress-shortcuts";
const passes = (event) => (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";

// JupyterLab takes single letters for its own as long as the focused element itself does not say no: an ancestor that
// says so comes too late. So whatever has a key pressed on it is marked before JupyterLab sees the key; saving passes.
function keepKeys(event) {
  if (event.target.closest?.(OURS)) event.target.toggleAttribute(SUPPRESS, !passes(event));
}

export function guardKeys() {
  removeEventListener("keydown", window.soundcubeKeys, true);
  window.soundcubeKeys = keepKeys;
  addEventListener("keydown", keepKeys, true);
}

// --- colours --------------------------------------------------------------------------------------------------------

const THEMES = ["data-jp-theme-light", "data-jp-theme-name"];

// Call `redraw` when JupyterLab's theme changes, now and again: a theme's style sheet arrives after its name.
export function onTheme(redraw) {
  const later = () => [0, 300, 1500].forEach((ms) => setTimeout(redraw, ms));
  const observer = new MutationObserver(later);
  observer.observe(document.body, { attributes: true, attributeFilter: THEMES });
  return () => observer.disconnect();
}

// --- the kernel -----------------------------------------------------------------------------------------------------

const ENDED = {
  restarting: "was restarted",
  autorestarting: "ended unexpectedly and was restarted",
  dead: "has ended",
};

export function whatToDo(el) {
  if (el.closest(".jp-NotebookPanel")) return "Run this cell again (Shift+Enter) to go on.";
  return "Reload this page, or run this cell again, to go on."; // an app of its own, or another editor
}

// Call `lost(how)` once when the kernel behind a widget is gone; gives a function that ends the watch.
export function onKernelLost(model, lost) {
  const kernel = model.widget_manager?.kernel;
  let over = false;
  const once = (how) => { if (!over) { over = true; lost(how); } };
  const status = (_, now) => { if (ENDED[now]) once(ENDED[now]); };
  const comm = () => once(ENDED.restarting);
  model.on("comm_live_update", comm);
  kernel?.statusChanged.connect(status);
  return () => {
    model.off("comm_live_update", comm);
    kernel?.statusChanged.disconnect(status);
  };
}

// `handle[message.do](message, buffers)` for each message of the kernel.
export function dispatch(model, handle) {
  const received = (message, buffers) => handle[message.do]?.(message, buffers);
  model.on("msg:custom", received);
  return () => model.off("msg:custom", received);
}

export const newName = () => crypto.getRandomValues(new Uint32Array(2)).join("-");

// Questions to the kernel, each with a number; an answer may come in several messages.
export function asker(model) {
  const waiting = new Map(), page = newName();
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
  const end = (why) => {
    for (const question of waiting.values()) question.fail(new Error(why));
    waiting.clear();
  };
  const ask = (message) => new Promise((done, fail) => {
    const id = `${page}-${number++}`;
    waiting.set(id, { done, fail, buffers: [] });
    model.send({ ...message, id });
  });
  model.on("msg:custom", received);
  return { ask, end, off: () => model.off("msg:custom", received) };
}
