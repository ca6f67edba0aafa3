/* The last ten answers, newest first. Each is a button that takes just that answer back. */
import { make, slot } from "./dom.js";
import { text } from "./texts.js";

const SHOWN = 10;
const list = slot("strip");

function tile(id) {
  return list.querySelector(`[data-entry="${CSS.escape(id)}"]`);
}

function describe(place) {
  const { label, state = "" } = place.dataset;
  const button = place.querySelector("button");
  const words = text("takeBack", { label: state ? `${label}, ${state}` : label });
  button.title = words;
  button.setAttribute("aria-label", words);
}

function made({ id, crop, mark, tone, label }) {
  const image = crop ? make("img", { src: crop, alt: "", width: 52, height: 52 }) : make("span", { className: "gone" });
  const sign = make("span", { className: `mark ${tone}`, textContent: mark, ariaHidden: "true" });
  const button = make("button", { type: "button" }, image, sign);
  button.dataset.action = `undo:${id}`;
  const place = make("li", {}, button);
  Object.assign(place.dataset, { entry: id, label });
  describe(place);
  return place;
}

export function remember(answer) {
  list.prepend(made(answer));
  while (list.children.length > SHOWN) list.lastElementChild.remove();
}

/** What this tab did and the server does not list: skips, and what it has not got yet. `steps` go from old to new. */
export function merge(steps) {
  let after = null;
  for (const { id, shown } of [...steps].reverse()) {
    const known = tile(id);
    if (known) {
      after = known;
    } else if (shown) {
      const place = made({ id, ...shown });
      if (after) after.after(place);
      else list.prepend(place);
      after = place;
    }
  }
  while (list.children.length > SHOWN) list.lastElementChild.remove();
}

export function forget(id) {
  tile(id)?.remove();
}

/** A sign for each that the server has not got yet; a refused one waits for the person. */
export function refresh(outbox) {
  for (const place of list.children) {
    const { entry } = place.dataset;
    const state = outbox.isParked(entry) ? "needsYou" : outbox.has(entry) ? "notSent" : place.classList.contains("late") ? "notCounted" : "";
    const words = state && text(state);
    if (words === (place.dataset.state ?? "")) continue;
    place.dataset.state = words;
    place.classList.toggle("unsent", state === "notSent");
    place.classList.toggle("refused", state === "needsYou");
    describe(place);
  }
}

/** Kept by the server, but not counted. */
export function late(id) {
  tile(id)?.classList.add("late");
}
