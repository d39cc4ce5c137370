// The page of soundcube.players.TakePlayer and TakeShelf: cards that draw and play takes.

import { h, asker, button, guardKeys, onKernelLost, onTheme, whatToDo } from "./base.js";
import { Card } from "./card.js";

const key = (take) => `${take.name} ${take.stamp}`;

class Takes {
  constructor(model, el) {
    this.model = model;
    this.shelf = model.get("shelf");
    this.asker = asker(model);
    this.cards = new Map();
    this.list = h("div", { className: this.shelf ? "sc-cards" : "" });
    this.root = h("section", { className: "soundcube sc-takes", "aria-label": this.shelf ? "Takes" : "Player" });
    if (this.shelf) this.root.append(this.header());
    this.root.append(this.list);
    if (this.shelf) this.root.append(this.bin());
    el.append(this.root);
  }
  header() {
    this.count = h("span", { className: "sc-status", role: "status" });
    this.only = h("input", { type: "checkbox", onchange: () => this.show() });
    this.equal = h("input", { type: "checkbox", checked: true, onchange: () => this.match() });
    const look = () => this.asker.ask({ do: "refresh" }).catch((error) => this.say(error.message));
    const again = button("Refresh", "Look again what is in the folder", look);
    const title = "Play all takes equally loud, so that music is compared and not volume; files are left as they are";
    const equal = h("label", { title }, this.equal, " Equally loud");
    const only = h("label", {}, this.only, " Favourites only");
    const about = { type: "search", placeholder: "Search", "aria-label": "Search takes", oninput: () => this.show() };
    this.wanted = h("input", { ...about, className: "sc-search", title: "Names, notes, models, chords, seeds" });
    const space = h("span", { className: "sc-space" });
    return h("div", { className: "sc-row" }, this.count, space, this.wanted, equal, only, again);
  }
  bin() {
    this.thrown = h("ul", { className: "sc-tree" });
    this.binned = h("details", { hidden: true }, h("summary", {}, "Bin"), this.thrown);
    return this.binned;
  }
  showBin() {
    const names = this.model.get("binned");
    const back = (name) => this.asker.ask({ do: "restore", name }).catch((error) => this.say(error.message));
    const again = (name) => button("Restore", `Put ${name} back among the takes`, () => back(name));
    const row = (name) => h("li", {}, again(name), " ", name);
    this.binned.hidden = !names.length;
    this.thrown.replaceChildren(...names.map(row));
  }
  // Whether all words that were typed are written on a take.
  fits(take) {
    const text = [take.title, take.note, ...take.words.flat()].join(" ").toLowerCase();
    const words = (this.wanted?.value ?? "").toLowerCase().split(/\s+/);
    return (!this.only?.checked || take.favourite) && words.every((word) => text.includes(word));
  }
  say(text) { if (this.count) this.count.textContent = text; }
  get target() { return this.shelf && this.equal.checked ? this.model.get("loudness") : null; }
  match() { for (const card of this.cards.values()) card.match(this.target); }
  card(take) {
    const card = new Card(take, this.asker.ask, this.shelf, this.model.get("opens"));
    card.match(this.target);
    return card;
  }
  show() {
    const takes = this.model.get("takes"), kept = new Set(takes.map(key));
    for (const [k, card] of this.cards) if (!kept.has(k)) { card.close(); this.cards.delete(k); }
    for (const take of takes)
      if (this.cards.has(key(take))) this.cards.get(key(take)).update(take);
      else this.cards.set(key(take), this.card(take));
    this.arrange(takes.filter((take) => this.fits(take)));
    if (!this.shelf) return;
    this.say(this.words(takes.length, this.model.get("more")));
    this.showBin();
  }
  arrange(shown) { // moving a card would stop its sound
    shown.forEach((take, k) => {
      const card = this.cards.get(key(take)).el;
      if (this.list.children[k] === card) return;
      const fresh = !card.isConnected;
      this.list.insertBefore(card, this.list.children[k] ?? null);
      if (fresh && Card.focusNext) { Card.focusNext = false; card.focus(); }
    });
    while (this.list.children.length > shown.length) this.list.lastChild.remove();
  }
  words(n, more) {
    if (!n) return "No takes yet: generate one, or record live.";
    return `${n + more} take${n + more === 1 ? "" : "s"}${more ? `, the newest ${n} shown` : ""}`;
  }
  redraw() { this.cards.forEach((card) => card.redraw()); }
  lost(how) {
    const text = `the kernel ${how}. ${whatToDo(this.root)}`;
    this.asker.end(text);
    this.say(text);
    for (const card of this.cards.values()) if (!this.shelf) card.say(text);
  }
  close() {
    this.asker.off();
    this.cards.forEach((card) => card.close());
  }
}

function render({ model, el }) {
  guardKeys();
  const takes = new Takes(model, el), show = () => takes.show();
  const changes = ["change:takes", "change:more", "change:binned"];
  changes.forEach((event) => model.on(event, show));
  const offs = [onKernelLost(model, (how) => takes.lost(how)), onTheme(() => takes.redraw())];
  show();
  return () => {
    offs.forEach((off) => off());
    changes.forEach((event) => model.off(event, show));
    takes.close();
  };
}

export default { render };
