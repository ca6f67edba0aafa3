/* Practice: the keys, dialogs and fields of the review screens; each answer is the page's own form, sent by its button. */
import { askComment, askIdentity, askReason, box, easyClosing, show as showDialog } from "../review/dialogs.js";
import { announce, desk, make, say, slot, toast } from "../review/dom.js";
import { keyTable, listen } from "../review/keys.js";
import { placeOfFace, showLarge } from "../review/face.js";
import { Compare } from "../review/compare.js";
import { Fields } from "../review/fields.js";
import { Zoom } from "../review/zoom.js";
import { text } from "../review/texts.js";
import * as drawer from "../review/drawer.js";

function given(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

const item = given("item");
const profile = given("profile");
const { question, state } = desk.dataset;
const stage = desk.querySelector(".stage");
const next = desk.querySelector("[data-next]");
const isAsked = state === "asking";
const fields = isAsked && question === "attributes" ? new Fields(desk, () => send("attributes"), announce) : null;
const compare = box("compare") ? new Compare(box("compare")) : null;
const photoZoom = new Zoom(box("photo"));
let isSent = false;

/** As if that button had been pressed; `values` are what the dialogs asked for. */
function send(value, values = {}) {
  const button = desk.querySelector(`button[name=answer][value="${CSS.escape(value)}"]`);
  if (isSent || !button || button.disabled) return;
  isSent = true;
  for (const [name, content] of Object.entries(values)) desk.append(make("input", { type: "hidden", name, value: content }));
  desk.requestSubmit(button);
}

async function reject(reason) {
  const note = reason === "other" ? await askReason() : "";
  if (note !== null && (note || reason !== "other")) send(`reject:${reason}`, { note });
}

async function relabel() {
  const identity = await askIdentity();
  if (identity) send("relabel", { identity: identity.id });
}

async function flag() {
  if (await askComment()) toast(text("flagNotSent"));
}

function save() {
  if (fields.complete) return send("attributes");
  fields.markOpen();
  toast(text("answerAll"), "warn");
}

/** A field back first; then the last thing done, or just the one with that number. */
function undo(id) {
  if (!id && fields?.back()) return;
  const known = id ? `undo:${id}` : isAsked ? "undo" : desk.querySelector("[data-again]").value;
  const button = desk.querySelector(`button[name=answer][value="${CSS.escape(known)}"]`);
  if (button) return send(known);
  const last = desk.querySelector("[data-slot=strip] button");
  if (last) send(last.value);
  else toast(text("nothingToUndo"));
}

function photo() {
  showLarge(item);
  photoZoom.fit();
  showDialog("photo");
}

const ANSWERS = {
  accept: () => send("accept"),
  reject,
  relabel,
  cannot_tell: () => send("cannot_tell"),
  quarantine: (reason) => send(`quarantine:${reason}`),
  field: (digit) => fields.answer(digit) && send("attributes"),
  attributes: save,
  skip: () => send("skip"),
  flag,
};
const ACTIONS = {
  undo,
  photo,
  closer: () => photoZoom.show(placeOfFace(item.source)),
  compare: () => compare?.open(item),
  guideline: () => drawer.toggle(stage),
  grid: () => toast(text("gridLater")),
  keys: () => showDialog("keys"),
  next: () => next.click(),
  ...(isAsked ? ANSWERS : {}),
};

function perform(action) {
  const [name, detail] = action.split(":");
  ACTIONS[name]?.(detail);
}

function clicked(event) {
  const button = event.target.closest("[data-action]");
  if (!button) return;
  event.preventDefault();
  if (event.detail) stage.focus({ preventScroll: true });
  perform(button.dataset.action);
}

const table = keyTable(question, profile);
if (next) table.set("enter", "next");
document.addEventListener("click", clicked);
listen(table, perform);
easyClosing(table);
drawer.restore(stage);
fields?.open(item.asks, given("given"), item.claimed);
addEventListener("pageshow", () => { isSent = false; }); // back from where browsers keep pages
say();
desk.dataset.ready = ""; // keys are heard from now on
