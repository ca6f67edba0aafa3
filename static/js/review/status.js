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

export function showSaving({ trouble, unsent }) {
  const place = slot("saving");
  place.className = `tag saving ${trouble === "signed-out" ? "bad" : trouble ? "warn" : unsent ? "" : "good"}`;
  place.replaceChildren(trouble === "signed-out" ? signInLink() : words(trouble, unsent));
  const banner = slot("banner");
  banner.hidden = unsent <= MANY;
  banner.textContent = unsent > MANY ? text("many", { n: unsent }) : "";
}

export function showProgress({ today, waiting }, unsent) {
  const done = today + unsent;
  const left = Math.max(0, waiting - unsent);
  write("today", text("today", { n: done }));
  write("waiting", text("waiting", { n: left }));
  Object.assign(slot("meter"), { max: Math.max(1, done + left), value: done });
}
