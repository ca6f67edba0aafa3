/* What the keys do on a grid: by meaning (event.key), silent in text fields, dialogs and menus of the browser. */
const MOVES = { ArrowLeft: "move:-1,0", ArrowRight: "move:1,0", ArrowUp: "move:0,-1", ArrowDown: "move:0,1" };
const NAMED = { ...MOVES, Enter: "commit", " ": "mark:skip", Backspace: "undo" };
const LETTERS = {
  x: "mark:reject:wrong_person",
  a: "mark:accept",
  0: "mark:cannot_tell",
  u: "mark:quarantine:under_age",
  l: "mark:quarantine:licence",
  c: "photo",
  v: "single",
  z: "undo",
  g: "guideline",
  m: "menu",
  "?": "keys",
};

/** With single letters switched off (WCAG 2.1.4) arrows, Enter, Space and Backspace stay. */
export function tableFor(reasons, lettersOff) {
  const digits = reasons.map(({ key, code }) => [key, `mark:reject:${code}`]);
  return new Map([...Object.entries(NAMED), ...(lettersOff ? [] : [...Object.entries(LETTERS), ...digits])]);
}

function isTyping(target) {
  return target.isContentEditable || target.matches?.("textarea, select, input:not([type=radio], [type=hidden])");
}

/** Space and Enter belong to a control that has the focus, unless it is a face. */
function belongsToControl(key, target) {
  return (key === " " || key === "Enter") && Boolean(target.closest?.("button:not(.face), a, summary"));
}

export function listen(table, perform) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const target = event.target.closest?.("dialog:not([open])") ? document.body : event.target;
    if (isTyping(target) || belongsToControl(event.key, target) || document.querySelector("dialog[open]")) return;
    const action = table.get(event.key) ?? table.get(event.key.toLowerCase());
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || action.startsWith("move:")) perform(action);
  });
  // A face with the focus would be pressed once more when Space is let go.
  document.addEventListener("keyup", (event) => event.key === " " && event.target.closest?.(".face") && event.preventDefault());
}
