/* Native dialogs; each question resolves to what was typed, or to null when it was closed. */
import { Relabel } from "./relabel.js";
import { isPlain } from "./keys.js";

const boxes = new Map([...document.querySelectorAll("dialog")].map((box) => [box.id.replace("dialog-", ""), box]));
const waiting = new Map(); // an open box → whom to tell what was answered in it
const relabel = boxes.has("relabel") ? new Relabel(boxes.get("relabel"), () => answer(boxes.get("relabel"), "done")) : null;

export function show(name) {
  boxes.get(name).showModal();
}

function finish(box) {
  const tell = waiting.get(box);
  waiting.delete(box);
  tell?.();
}

function left({ currentTarget: box }) {
  if (!box.open) finish(box);
}

function sent(event) {
  event.preventDefault();
  answer(event.currentTarget, event.submitter?.value ?? "");
}

/** Closes the box with that answer. Its own event of closing comes a moment late: a quick hand has pressed the next key
 *  by then, which must meet what was answered here as already done. */
export function answer(box, value) {
  box.close(value);
  finish(box);
}

/** Opens the box; resolves to what `read` says once it is closed, by an answer or by Esc. */
export function asked(box, read) {
  finish(box); // opened again before its late event: what was answered is read first
  box.returnValue = "";
  box.addEventListener("close", left);
  box.addEventListener("submit", sent);
  box.showModal();
  return new Promise((resolve) => waiting.set(box, () => resolve(read())));
}

function askText(name) {
  const box = boxes.get(name);
  const field = box.querySelector("[name=text]");
  const words = asked(box, () => (box.returnValue === "done" ? field.value.trim() : null));
  field.value = "";
  field.focus();
  return words;
}

export function askReason() {
  return askText("reason");
}

export function askComment() {
  return askText("flag");
}

/** The identity chosen, {id, name, about}, or null. */
export function askIdentity() {
  const chosen = asked(boxes.get("relabel"), () => relabel.close());
  relabel.open();
  return chosen;
}

export function box(name) {
  return boxes.get(name);
}

/** A press beside an open dialog closes it; what one looks at closes with the key that opened it, too. */
export function easyClosing(table) {
  for (const [name, open] of boxes) {
    open.addEventListener("click", (event) => event.target === open && open.close(""));
    if (["photo", "compare", "keys"].includes(name)) open.addEventListener("keydown", (event) => closeByKey(event, open, name, table));
  }
}

function closeByKey(event, open, name, table) {
  if (!isPlain(event) || table.get(event.key.toLowerCase()) !== name) return;
  event.preventDefault(); // or the key would open it again
  open.close("");
}
