/* The guideline beside the face: it stays open while faces are answered, and takes no key away. */
import { recall, remember } from "./memory.js";
import { slot } from "./dom.js";

const KEY = "mtf-guideline-open";
const WIDE = 1100; // narrower, it does not lie beside the face and may be out of sight
const drawer = slot("drawer");

function set(open) {
  drawer.hidden = !open;
  for (const button of document.querySelectorAll("[data-action=guideline]")) button.setAttribute("aria-expanded", String(open));
  remember("sessionStorage", KEY, open);
}

export function toggle(stage) {
  set(drawer.hidden);
  if (drawer.hidden) stage.focus({ preventScroll: true });
  else drawer.focus({ preventScroll: innerWidth > WIDE });
}

/** As it was left on the page before. */
export function restore(stage) {
  set(recall("sessionStorage", KEY, false));
  drawer.addEventListener("keydown", (event) => event.key === "Escape" && toggle(stage));
}
