/* Which key does what: one table, by meaning (event.key) and not by place on the keyboard. */
const BOTH = {
  skip: [" "],
  undo: ["z", "backspace"],
  flag: ["f"],
  photo: ["c"],
  guideline: ["g"],
  keys: ["?"],
};
const USABLE = {
  accept: ["a", "arrowright"],
  "reject:wrong_person": ["x", "arrowleft"],
  "quarantine:under_age": ["u"],
  "quarantine:licence": ["l"],
  relabel: ["r"],
  cannot_tell: ["0"],
};
const DIGITS = "0123456789";

function actionsOf(question, reasons) {
  if (question === "attributes") return [...DIGITS].map((digit) => [`field:${digit}`, [digit]]);
  return [...Object.entries(USABLE), ...reasons.map((reason) => [`reject:${reason.code}`, [reason.key]])];
}

/** Key → action. Two actions cannot share a key. */
export function keyTable(question, reasons) {
  const table = new Map();
  for (const [action, keys] of [...Object.entries(BOTH), ...actionsOf(question, reasons)]) {
    for (const key of keys) {
      if (table.has(key)) throw new Error(`the key ${key} means both ${table.get(key)} and ${action}`);
      table.set(key, action);
    }
  }
  return table;
}

function isTyping(target) {
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

export function listen(table, perform) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const target = whereTyped(event);
    if (isTyping(target) || belongsToControl(event.key, target) || document.querySelector("dialog[open]")) return;
    const action = table.get(event.key.toLowerCase());
    if (!action) return;
    event.preventDefault();
    if (!event.repeat) perform(action);
  });
}
