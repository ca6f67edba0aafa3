/* The grid's own dialogs; the menu of one face answers what was chosen there. */
import { answer, asked, box } from "../review/dialogs.js";
import { slot } from "../review/dom.js";

/** One of the answers for a face or of the looks at it, as in `data-mark`; empty where it was closed. */
export function askMark(item) {
  const opened = box("reasons");
  const mark = asked(opened, () => opened.returnValue);
  slot("reasons-crop").src = item.crop;
  return mark;
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
    if (button) answer(menu, button.dataset.mark);
  });
  menu.addEventListener("keydown", (event) => {
    const button = event.key.length === 1 && event.key !== " " && pressedKey(menu, event.key);
    if (!button) return;
    event.preventDefault();
    answer(menu, button.dataset.mark);
  });
}
