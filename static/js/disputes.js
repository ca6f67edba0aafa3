/* The adjudicator's page: a key chooses an answer, Enter sends it, C shows the photo large. */
const form = document.querySelector("[data-decision]");
const dialog = document.getElementById("dialog-photo");

function isTyping(target) {
  return target.isContentEditable || target.matches?.("textarea, select, input:not([type=radio], [type=hidden])");
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
  const choice = groupNow().querySelector(`input[data-key="${CSS.escape(key)}"]`);
  if (!choice) return false;
  choice.checked = true;
  choice.focus({ preventScroll: true });
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function showPhoto() {
  const photo = document.querySelector(".source svg").cloneNode(true);
  dialog.querySelector(".large-photo").replaceChildren(photo);
  dialog.showModal();
}

function decided(event) {
  if (event.target.value === "relabel") form.elements.identity.focus();
  markNow();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
  if (isTyping(event.target) || pressesControl(event) || event.repeat) return;
  const key = event.key.toLowerCase();
  if (key === "c") showPhoto();
  else if (!form) return;
  else if (key === "enter") form.requestSubmit();
  else if (!choose(key)) return;
  event.preventDefault();
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => event.target.closest("[data-action=photo]") && showPhoto());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
if (form) {
  form.addEventListener("change", decided);
  form.elements.identity?.addEventListener("input", () => { form.querySelector("[value=relabel]").checked = true; });
  form.addEventListener("focusin", (event) => event.target.closest("[data-group]") && markNow());
  markNow();
}
