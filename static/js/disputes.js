/* The adjudicator's page: a key chooses an answer, Enter sends it; links and buttons name their key in data-key. */
const form = document.querySelector("[data-decision]");
const photo = document.getElementById("dialog-photo");
const keysOff = Boolean(document.querySelector("[data-keys-off]"));
const SAME = { x: "1", arrowleft: "1", arrowright: "a" };

function isTyping(target) {
  return target.isContentEditable || target.matches?.("textarea, select, input:not([type=radio], [type=checkbox], [type=hidden])");
}

function pressesControl(event) {
  return Boolean(event.target.closest?.("button, a, summary")) && (event.key === "Enter" || event.key === " ");
}

/** With several fields: the one in which the focus is, else the first without an answer, else the last. */
function groupNow() {
  const groups = [...form.querySelectorAll("[data-group]")];
  const open = groups.find((group) => !group.querySelector(":checked"));
  return open ?? groups.find((group) => group.contains(document.activeElement)) ?? groups.at(-1) ?? form;
}

function markNow() {
  const now = groupNow();
  for (const group of form.querySelectorAll("[data-group]")) group.classList.toggle("now", group === now);
}

function choose(key) {
  const choice = groupNow().querySelector(`input[type=radio][data-key="${CSS.escape(key)}"]`);
  if (!choice) return false;
  choice.checked = true;
  choice.focus({ preventScroll: true });
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

/** Follows the link, presses the button or ticks the box that names this key. */
function press(key) {
  const control = document.querySelector(`a[data-key="${CSS.escape(key)}"], button[data-key="${CSS.escape(key)}"], input[type=checkbox][data-key="${CSS.escape(key)}"]`);
  control?.click();
  return Boolean(control);
}

function show(dialog) {
  if (dialog === photo) {
    dialog.querySelector(".large-photo").replaceChildren(document.querySelector(".source svg").cloneNode(true));
  }
  dialog.showModal();
}

function opens(key) {
  const name = { c: "dialog-photo", e: "dialog-compare", "?": "dialog-keys" }[key];
  if (name) show(document.getElementById(name));
  return Boolean(name);
}

function writeWhy(key) {
  const note = form?.elements.note;
  if (key !== "w" || !note) return false;
  note.focus();
  return true;
}

function decides(key) {
  if (!form) return false;
  if (key === "enter") return form.requestSubmit() ?? true;
  const choices = form.querySelector("[data-group]") ? key : SAME[key] ?? key;
  return choose(choices);
}

function decided(event) {
  if (event.target.value === "relabel") form.elements.identity.focus();
  markNow();
}

function leavesField(event) {
  if (event.key !== "Escape" || !isTyping(event.target)) return;
  event.target.blur();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  leavesField(event);
  if (keysOff || isTyping(event.target) || pressesControl(event) || event.repeat) return;
  const key = event.key.toLowerCase();
  if (decides(key) || opens(key) || writeWhy(key) || press(key)) event.preventDefault();
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-action=photo], [data-opens]");
  if (opener) show(document.getElementById(opener.dataset.opens ?? "dialog-photo"));
  if (event.target.matches("dialog")) event.target.close();
});
if (form) {
  form.addEventListener("change", decided);
  form.elements.identity?.addEventListener("input", () => { form.querySelector("[value=relabel]").checked = true; });
  form.addEventListener("focusin", (event) => event.target.closest("[data-group]") && markNow());
  markNow();
}
