/* Saved, waiting, offline, signed out; and how far the day has come. */
import { desk, make, slot, write } from "./dom.js";
import { text } from "./texts.js";

const MANY = 20;

function signInLink() {
  return make("a", { href: `${desk.dataset.login}?next=${encodeURIComponent(location.pathname)}`, textContent: text("signedOut") });
}

function words(trouble, unsent) {
  if (trouble === "offline") return text(unsent ? "offline" : "offlineIdle", { n: unsent });
  return unsent ? text("unsent", { n: unsent }) : text("saved");
}

function warning({ unsent, diskless }) {
  if (diskless) return text("diskless");
  return unsent > MANY ? text("many", { n: unsent }) : "";
}

export function showSaving({ calling, trouble, unsent, diskless }) {
  const place = slot("saving");
  place.className = `tag saving ${trouble === "signed-out" ? "bad" : trouble ? "warn" : unsent ? "" : "good"}`;
  place.replaceChildren(trouble === "signed-out" ? signInLink() : words(trouble, unsent));
  place.ariaBusy = String(calling);
  const banner = slot("banner");
  const warned = warning({ unsent, diskless });
  banner.hidden = !warned;
  if (banner.textContent !== warned) banner.textContent = warned;
}

/** `more`: there are more than `waiting`, which nobody counted. */
export function showProgress({ today, waiting, more }) {
  write("today", text("today", { n: today }));
  write("waiting", text(more ? "waitingMore" : "waiting", { n: waiting }));
  Object.assign(slot("meter"), { max: Math.max(1, today + waiting), value: today });
}
