/* Which key does what: the person's own table, by meaning (event.key) and not by place on the keyboard. */
const FOR_ONE_QUESTION = /^(accept|reject:|quarantine:|relabel|cannot_tell|compare)/;
const DIGITS = "0123456789";

/** Key → action; empty for who has switched shortcuts off. */
export function keyTable(question, { keys, keys_off: off }) {
  const table = new Map();
  if (off) return table;
  for (const [action, own] of Object.entries(keys)) {
    if (question !== "attributes" || !FOR_ONE_QUESTION.test(action)) for (const key of own) table.set(key, action);
  }
  if (question === "attributes") for (const digit of DIGITS) table.set(digit, `field:${digit}`);
  return table;
}

export function isTyping(target) {
  return target.isContentEditable || target.matches?.("textarea, select, input:not([type=radio], [type=hidden])");
}

/** Space and Enter belong to the control that has the focus, arrows to a group of radio buttons. */
function belongsToControl(key, target) {
  const control = target.closest?.("button, a, summary, input[type=radio]");
  if (!control) return false;
  return key === " " || key === "Enter" || (control.matches("input") && key.startsWith("Arrow"));
}

/** A dialog that was just closed keeps the focus for a moment, but no longer listens. */
function whereTyped({ target }) {
  return target.closest?.("dialog:not([open])") ? document.body : target;
}

export function isPlain(event) {
  return !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented);
}

export function listen(table, perform) {
  document.addEventListener("keydown", (event) => {
    if (!isPlain(event)) return;
    const target = whereTyped(event);
    if (isTyping(target) || belongsToControl(event.key, target) || document.querySelector("dialog[open]")) return;
    const action = table.get(event.key.toLowerCase());
    if (!action) return;
    event.preventDefault();
    if (!event.repeat) perform(action);
  });
}
