/* What the keys do on a grid: by meaning (event.key), silent in text fields, dialogs and menus of the browser. */
const MOVES = [["arrowleft", "move:-1,0"], ["arrowright", "move:1,0"], ["arrowup", "move:0,-1"], ["arrowdown", "move:0,1"]];
const NAMED = [...MOVES, ["enter", "commit"], [" ", "mark:skip"], ["backspace", "undo"]];
/** What the person may have other keys for: the name of the action on the single page, its usual key, what it does here. */
const LETTERS = [
  ["reject:wrong_person", ["x"], "mark:reject:wrong_person"],
  ["accept", ["a"], "mark:accept"],
  ["relabel", ["r"], "relabel"],
  ["cannot_tell", ["0"], "mark:cannot_tell"],
  ["quarantine:under_age", ["u"], "mark:quarantine:under_age"],
  ["quarantine:licence", ["l"], "mark:quarantine:licence"],
  ["flag", ["f"], "flag"],
  ["photo", ["c"], "photo"],
  ["compare", ["e"], "compare"],
  ["undo", ["z"], "undo"],
  ["guideline", ["g"], "guideline"],
  ["keys", ["?"], "keys"],
  ["grid", ["v"], "single"],
  ["skip", [], "mark:skip"],
  ["menu", ["m"], "menu"],
];

/** With single letters switched off (WCAG 2.1.4) arrows, Enter, Space and Backspace stay; nobody can take these away. */
export function tableFor(reasons, { keys = {}, keys_off: off = false }) {
  const table = new Map();
  const digits = reasons.map(({ key, code }) => [`reject:${code}`, [key], `mark:reject:${code}`]);
  for (const [name, usual, action] of off ? [] : [...digits, ...LETTERS]) {
    for (const key of keys[name] ?? usual) table.set(key, action);
  }
  return new Map([...table, ...NAMED]);
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
    const action = table.get(event.key.toLowerCase());
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || action.startsWith("move:")) perform(action);
  });
  // A face with the focus would be pressed once more when Space is let go.
  document.addEventListener("keyup", (event) => event.key === " " && event.target.closest?.(".face") && event.preventDefault());
}
