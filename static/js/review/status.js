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

function warning({ trouble, unsent, diskless }, together) {
  if (diskless) return text("diskless");
  const many = trouble ? MANY : Math.max(MANY, together);
  return unsent > many ? text("many", { n: unsent }) : "";
}

/** `together`: so many may be given at once, which is no backlog while all is well. */
export function showSaving({ calling, trouble, unsent, diskless }, together = 1) {
  const place = slot("saving");
  place.className = `tag saving ${trouble === "signed-out" ? "bad" : trouble ? "warn" : unsent ? "" : "good"}`;
  place.replaceChildren(trouble === "signed-out" ? signInLink() : words(trouble, unsent));
  place.ariaBusy = String(calling);
  const banner = slot("banner");
  const warned = warning({ trouble, unsent, diskless }, together);
  banner.hidden = !warned;
  if (banner.textContent !== warned) banner.textContent = warned;
}

/** `more`: there are more than `waiting`, which nobody counted. */
export function showProgress({ today, waiting, more }) {
  write("today", text("today", { n: today }));
  write("waiting", text(more ? "waitingMore" : "waiting", { n: waiting }));
  const meter = slot("meter");
  if (meter) Object.assign(meter, { max: Math.max(1, today + waiting), value: today });
}
