/* The adjudicator's page: a key chooses an answer, Enter sends it. What a key does is written beside it: answers,
links, buttons, fields and dialogs name theirs in data-key, as the person's own table has them. */
import * as drawer from "./review/drawer.js";

const root = document.querySelector(".dispute");
const form = document.querySelector("[data-decision]");
const stage = document.querySelector(".stage");
const photo = document.getElementById("dialog-photo");
const keysOff = "keysOff" in root.dataset;
let isSent = false;

function isTyping(target) {
  return target.isContentEditable || target.matches?.("textarea, select, input:not([type=radio], [type=checkbox], [type=hidden])");
}

function pressesControl(event) {
  return Boolean(event.target.closest?.("button, a, summary")) && (event.key === "Enter" || event.key === " ");
}

function keyOf({ key }) {
  return key === " " ? "space" : key.toLowerCase();
}

/** The first of these that names the key. */
function named(key, selector, place = document) {
  return [...place.querySelectorAll(selector)].find(({ dataset }) => (dataset.key ?? "").split(" ").includes(key));
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
  const choice = named(key, "input[type=radio]", groupNow());
  if (!choice) return false;
  choice.checked = true;
  choice.focus({ preventScroll: true });
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function decides(key) {
  if (!form) return false;
  if (key === "enter") return form.requestSubmit() ?? true;
  return choose(key);
}

/** Follows the link, presses the button, ticks the box, or goes into the field whose label names this key. */
function press(key) {
  const control = named(key, "a, button, label, input[type=checkbox]");
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
  const dialog = named(key, "dialog");
  if (dialog) show(dialog);
  return Boolean(dialog);
}

/** What was opened to look at closes with the key that opened it. */
function closes(key) {
  const dialog = named(key, "dialog[open]");
  dialog?.close();
  return Boolean(dialog);
}

/** Once: the second of two quick presses would be told that another decision was made meanwhile, which was the first. */
function sendOnce(event) {
  if (event.target.method === "dialog") return;
  if (isSent) event.preventDefault();
  isSent = true;
}

function decided(event) {
  if (event.target.value === "relabel") form.elements.identity.focus();
  markNow();
}

function leavesField(event) {
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (!document.querySelector("dialog[open]")) leavesField(event);
  if (keysOff || isTyping(event.target) || pressesControl(event) || event.repeat) return;
  const key = keyOf(event);
  const done = document.querySelector("dialog[open]") ? closes(key) : decides(key) || opens(key) || press(key);
  if (done) event.preventDefault();
}

function clicked({ target }) {
  const opener = target.closest("[data-action=photo], [data-opens]");
  if (opener) show(document.getElementById(opener.dataset.opens ?? "dialog-photo"));
  else if (target.closest("[data-action=guideline]")) drawer.toggle(stage);
  else if (target.matches("dialog")) target.close();
}

document.querySelector("[data-again]")?.setAttribute("data-key", root.dataset.undo);
document.addEventListener("keydown", pressed);
document.addEventListener("click", clicked);
document.addEventListener("submit", sendOnce);
addEventListener("pageshow", () => { isSent = false; }); // back from where browsers keep pages
drawer.restore(stage);
if (form) {
  form.addEventListener("change", decided);
  form.elements.identity?.addEventListener("input", () => { form.querySelector("[value=relabel]").checked = true; });
  form.addEventListener("focusin", (event) => event.target.closest("[data-group]") && markNow());
  markNow();
}
