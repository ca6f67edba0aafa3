/* Answers that the server would not have: kept, shown, and the person's to decide about. */
import { make, slot, write } from "./dom.js";
import { text } from "./texts.js";

function button(action, words, look = "") {
  const made = make("button", { type: "button", className: `btn compact ${look}`, textContent: words });
  made.dataset.action = action;
  return made;
}

function row({ id, entry, shown, message }) {
  const picture = shown?.crop ? [make("img", { src: shown.crop, alt: "", width: 56, height: 56 })] : [];
  const label = entry.kind === "flag" ? text("flagOf", { comment: entry.comment }) : (shown?.label ?? entry.verdict ?? entry.kind);
  const words = make("div", {}, make("b", { textContent: label }), make("p", { className: "small muted", textContent: message }));
  const anew = entry.kind === "flag" ? [] : [button(`anew:${id}`, text("answerAnew"), "primary")];
  const choices = make("div", { className: "row" }, ...anew, button(`resend:${id}`, text("sendAgain")), button(`discard:${id}`, text("discard"), "plain"));
  return make("li", {}, ...picture, words, choices);
}

/** The count in the bar, and the list behind it. */
export function showParked(parked) {
  const list = slot("parked-list");
  const ids = parked.map((record) => record.id).join();
  if (ids === (list.dataset.ids ?? "")) return; // what has the focus there keeps it
  list.dataset.ids = ids;
  const chip = slot("parked");
  chip.hidden = !parked.length;
  write("parked-count", text(parked.length === 1 ? "needsYouOne" : "needsYouMany", { n: parked.length }));
  list.replaceChildren(...parked.map(row));
  const box = list.closest("dialog");
  if (!parked.length && box.open) box.close();
}
