// The page of soundcube.elements.Frame: keys stay in the panel, a lost kernel is said, the open page is remembered.

import { h, guardKeys, onKernelLost, whatToDo } from "./base.js";

const PAGE = "soundcube-page";

// Which page of the app was open, also after a reload.
function remember(model) {
  if (!model.get("remembers")) return () => {};
  const name = `${PAGE} ${location.pathname}`;
  const keep = () => sessionStorage.setItem(name, model.get("page"));
  const before = sessionStorage.getItem(name);
  if (before && before !== model.get("page")) {
    model.set("page", before);
    model.save_changes();
  }
  model.on("change:page", keep);
  return () => model.off("change:page", keep);
}

// Nothing in the panel answers any more: say so, and let nobody press what does nothing.
function close(banner, how) {
  const kept = "What was saved is kept: finished takes, converted music, and a training up to its last save.";
  banner.textContent = `The kernel ${how}, so nothing on this page goes on. ${kept} ${whatToDo(banner)}`;
  banner.hidden = false;
  const panel = banner.closest(".sc-panel");
  panel?.classList.add("sc-lost");
  for (const part of panel?.children ?? []) if (!part.contains(banner)) part.inert = true;
}

function render({ model, el }) {
  guardKeys();
  const banner = h("div", { className: "sc-note", role: "alert", hidden: true });
  el.append(h("div", { className: "soundcube" }, banner));
  const off = onKernelLost(model, (how) => close(banner, how)), forget = remember(model);
  return () => {
    off();
    forget();
  };
}

export default { render };
