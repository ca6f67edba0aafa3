/* The grid's own dialogs; the menu of one face answers what was chosen there. */
import { box } from "../review/dialogs.js";
import { slot } from "../review/dom.js";

const waiting = new Map();

function finish(opened) {
  const answer = waiting.get(opened);
  waiting.delete(opened);
  answer?.();
}

function left({ currentTarget: opened }) {
  if (!opened.open) finish(opened);
}

/** The event of closing comes a moment late: a quick hand may have opened the box again by then, so what was answered
 *  before is read first, and the late event tells nothing of the new question. */
function asked(opened, read) {
  finish(opened);
  opened.returnValue = "";
  opened.addEventListener("close", left);
  opened.showModal();
  return new Promise((resolve) => waiting.set(opened, () => resolve(read())));
}

/** What is wrong, in a few words; null where it was cancelled. */
export function askReason() {
  const opened = box("reason");
  const field = opened.querySelector("[name=text]");
  const answer = asked(opened, () => (opened.returnValue === "done" ? field.value.trim() : null));
  field.value = "";
  field.focus();
  return answer;
}

/** One of the answers for a face or of the looks at it, as in `data-mark`; empty where it was closed. */
export function askMark(item) {
  const opened = box("reasons");
  const answer = asked(opened, () => opened.returnValue);
  slot("reasons-crop").src = item.crop;
  return answer;
}

function pressedKey(menu, key) {
  const buttons = [...menu.querySelectorAll("[data-mark]")];
  return buttons.find((button) => button.querySelector("kbd")?.textContent.toLowerCase() === key.toLowerCase());
}

/** In the menu of a face a press or the key beside it chooses. */
export function listenToMenu() {
  const menu = box("reasons");
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
}
