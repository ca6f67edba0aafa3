/* Saved, waiting, offline or signed out; what this reviewer did today; why there is nothing. */
import { desk, make, slot, write } from "../review/dom.js";
import { text } from "../review/texts.js";

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
}

export function showProgress({ today, waiting }, unsent) {
  write("today", text("today", { n: today + unsent }));
  write("waiting", text("waiting", { n: Math.max(0, waiting - unsent) }));
}

export function showEmpty({ code, title, text: why, action }) {
  write("empty-title", title);
  write("empty-text", why);
  const { label = "", url = "" } = action ?? {};
  const posts = code === "skipped"; // bringing skipped faces back changes something, so it is no link
  Object.assign(slot("empty-link"), { hidden: posts || !url, href: url, textContent: label });
  Object.assign(slot("empty-post"), { hidden: !posts, formAction: url, textContent: label });
}
