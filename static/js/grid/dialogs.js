/* The grid's dialogs; the menu of one face answers what was chosen there. */
import { link, make, slot } from "../review/dom.js";
import { drawPhoto } from "../review/boxes.js";

const boxes = new Map([...document.querySelectorAll("dialog")].map((box) => [box.id.replace("dialog-", ""), box]));

export function show(name) {
  boxes.get(name).showModal();
}

export function showPhoto({ source }) {
  drawPhoto(slot("large-photo"), source);
  const licence = source.licence ? [" · ", link(source.licence_url, source.licence)] : [];
  const credit = source.attribution ? [make("br"), source.attribution] : [];
  slot("large-caption").replaceChildren(link(source.page_url, source.site || source.page_url), ...licence, ...credit);
  show("photo");
}

const waiting = new Map();

function finish(box) {
  const answer = waiting.get(box);
  waiting.delete(box);
  answer?.();
}

function left({ currentTarget: box }) {
  if (!box.open) finish(box);
}

/** The event of closing comes a moment late: a quick hand may have opened the box again by then, so what was answered
 *  before is read first, and the late event tells nothing of the new question. */
function asked(box, read) {
  finish(box);
  box.returnValue = "";
  box.addEventListener("close", left);
  box.showModal();
  return new Promise((resolve) => waiting.set(box, () => resolve(read())));
}

/** What is wrong, in a few words; null where it was cancelled. */
export function askReason() {
  const box = boxes.get("reason");
  const field = box.querySelector("[name=text]");
  const answer = asked(box, () => (box.returnValue === "done" ? field.value.trim() : null));
  field.value = "";
  field.focus();
  return answer;
}

/** One of the answers for a face, as in `data-mark`; empty where it was closed. */
export function askMark(item) {
  const box = boxes.get("reasons");
  const answer = asked(box, () => box.returnValue);
  slot("reasons-crop").src = item.crop;
  return answer;
}

function pressedKey(box, key) {
  const buttons = [...box.querySelectorAll("[data-mark]")];
  return buttons.find((button) => button.querySelector("kbd")?.textContent.toLowerCase() === key.toLowerCase());
}

/** `photoKeys` closes the large photo, as it opened it: the person's own. */
export function easyClosing(photoKeys) {
  for (const box of boxes.values()) box.addEventListener("click", (event) => event.target === box && box.close(""));
  const menu = boxes.get("reasons");
  menu.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mark]");
    if (button) menu.close(button.dataset.mark);
  });
  menu.addEventListener("keydown", (event) => {
    const button = event.key.length === 1 && event.key !== " " && pressedKey(menu, event.key);
    if (!button) return;
    event.preventDefault();
    menu.close(button.dataset.mark);
  });
  boxes.get("photo").addEventListener("keydown", (event) => {
    if (!photoKeys.includes(event.key.toLowerCase())) return;
    event.preventDefault(); // or the key would open it again
    boxes.get("photo").close("");
  });
}
