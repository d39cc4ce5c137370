// The page of soundcube.musicpanel.DropZone: music is dropped or chosen, and sent.

import { h, guardKeys, onKernelLost, whatToDo } from "./base.js";
import { Outbox, droppable } from "./sending.js";

function chooser(outbox) {
  const choose = h("input", { type: "file", multiple: true, className: "sc-file" });
  choose.onchange = () => {
    outbox.add([...choose.files]);
    choose.value = "";
  };
  return choose;
}

function render({ model, el }) {
  guardKeys();
  const outbox = new Outbox(model), choose = chooser(outbox);
  const words = h("span", {}, "Drop music here, or ", h("u", {}, "choose files"));
  const box = h("label", { className: "sc-drop" }, choose, words);
  const root = h("section", { className: "soundcube", "aria-label": "Add music" }, box, outbox.el);
  const isMusic = (name) => {
    const ending = name.toLowerCase().split(".").pop(), formats = model.get("formats");
    if (name.startsWith(".")) return false;
    return formats.length ? formats.includes(ending) : !model.get("no_music").includes(ending);
  };
  const accept = () => { choose.accept = model.get("formats").map((f) => `.${f}`).join(","); };
  const received = (message) => outbox.received(message), leave = () => outbox.leave();
  droppable(root, box, isMusic, (files) => outbox.add(files), (text) => outbox.say(text));
  model.on("msg:custom", received);
  model.on("change:formats", accept);
  const off = onKernelLost(model, (how) => outbox.lost(`the kernel ${how}; ${whatToDo(el)}`));
  addEventListener("pagehide", leave);
  accept();
  el.append(root);
  return () => {
    leave();
    off();
    model.off("msg:custom", received);
    model.off("change:formats", accept);
    removeEventListener("pagehide", leave);
  };
}

export default { render };
