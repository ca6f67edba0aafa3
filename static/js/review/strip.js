/* The last ten answers, newest first. */
import { make, slot } from "./dom.js";

const SHOWN = 10;
const list = slot("strip");

function tile(id) {
  return list.querySelector(`[data-entry="${CSS.escape(id)}"]`);
}

export function remember({ id, crop, mark, tone, label }) {
  const image = make("img", { src: crop, alt: label, title: label, width: 52, height: 52 });
  const sign = make("span", { className: `mark ${tone}`, textContent: mark, ariaHidden: "true" });
  const place = make("li", { className: "unsent" }, image, sign);
  place.dataset.entry = id;
  list.prepend(place);
  while (list.children.length > SHOWN) list.lastElementChild.remove();
}

export function forget(id) {
  tile(id)?.remove();
}

/** Solid edge: the server has it. */
export function refresh(outbox) {
  for (const place of list.children) place.classList.toggle("unsent", outbox.has(place.dataset.entry));
}

export function trouble(id, label) {
  const place = tile(id);
  if (!place) return;
  place.querySelector(".mark").className = "mark bad";
  place.querySelector(".mark").textContent = "!!";
  place.querySelector("img").title = place.querySelector("img").alt = label;
}
