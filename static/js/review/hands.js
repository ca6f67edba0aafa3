/* Keys and presses. Each names an action and, after a colon, what it is about; what it does is the page's. */
import { listen } from "./keys.js";

function pressed(event, perform, stage) {
  const button = event.target.closest("[data-action]");
  if (!button) return;
  event.preventDefault();
  if (event.detail) stage.focus({ preventScroll: true }); // or Space would press it once more
  perform(button.dataset.action);
  if (!button.isConnected && !document.querySelector("dialog[open]")) stage.focus({ preventScroll: true });
}

/** `stage` takes the focus from a button that was pressed. */
export function obey(actions, table, stage) {
  const perform = (action) => {
    const [name, detail] = action.split(":");
    actions[name](detail);
  };
  document.addEventListener("click", (event) => pressed(event, perform, stage));
  listen(table, perform);
}
