/* Native dialogs; each question resolves to what was typed, or to null when it was closed. */
import { Relabel } from "./relabel.js";
import { isPlain } from "./keys.js";

const boxes = new Map([...document.querySelectorAll("dialog")].map((box) => [box.id.replace("dialog-", ""), box]));
const relabel = boxes.has("relabel") ? new Relabel(boxes.get("relabel")) : null;

export function show(name) {
  boxes.get(name).showModal();
}

function asked(box) {
  box.returnValue = "";
  box.showModal();
  box.querySelector("input, textarea").focus();
  return new Promise((resolve) => box.addEventListener("close", () => resolve(box.returnValue), { once: true }));
}

async function askText(name) {
  const field = boxes.get(name).querySelector("[name=text]");
  field.value = "";
  return (await asked(boxes.get(name))) === "done" ? field.value.trim() : null;
}

export function askReason() {
  return askText("reason");
}

export function askComment() {
  return askText("flag");
}

/** The identity chosen, {id, name, about}, or null. */
export async function askIdentity() {
  relabel.open();
  await asked(boxes.get("relabel"));
  return relabel.close();
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
