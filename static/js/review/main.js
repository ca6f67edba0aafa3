/* The review screen: what an action does to the queue, the outbox and the page. */
import { askComment, askIdentity, askReason, easyClosing, show as showDialog } from "./dialogs.js";
import { desk, toast } from "./dom.js";
import { prefetch, showEmpty, showFace, showLarge, showLoading } from "./face.js";
import { keyTable, listen } from "./keys.js";
import { showProgress, showSaving } from "./status.js";
import { Fields } from "./fields.js";
import { History } from "./history.js";
import { Outbox } from "./outbox.js";
import { Queue } from "./queue.js";
import { signOf } from "./signs.js";
import { text } from "./texts.js";
import { uuid } from "./browser.js";
import * as strip from "./strip.js";

const LOOK_AGAIN = 15_000;

const { user, question, policy, items, ...start } = JSON.parse(document.getElementById("batch").textContent);
const history = new History(user, question);
const queue = new Queue(items);
const outbox = new Outbox(user, () => ({ question, want: queue.want, have: queue.claims }));
const fields = question === "attributes" ? new Fields(desk, () => decideAttributes()) : null;
const earlier = start.recent.filter((answer) => answer.question === question && !history.find(answer.id));
let { empty, progress } = start;
let shownAt = new Date();

function show(values = {}) {
  for (const button of document.querySelectorAll("[data-action=undo]")) button.disabled = history.empty && !earlier.length;
  const item = queue.current;
  if (!item) return empty ? showEmpty(empty) : showLoading();
  fields?.fill(values);
  showFace(item, queue.picture(item), () => { shownAt = new Date(); });
  prefetch(queue.soon);
}

function leave(entry, name) {
  const item = queue.next();
  const sign = signOf(policy, entry, name);
  history.push({ id: entry.id, item, label: sign.label, values: fields?.values ?? {} });
  strip.remember({ id: entry.id, crop: item.crop, ...sign });
  empty = null;
  show();
  outbox.add(entry);
}

function decide(verdict, extra = {}, name = "") {
  if (desk.dataset.state !== "asking") return;
  const times = { shown_at: shownAt.toISOString(), decided_at: new Date().toISOString() };
  const { claim } = queue.current;
  leave({ id: uuid(), kind: "answer", claim, question, verdict, ...extra, ...times, mode: "single" }, name);
}

function decideAttributes() {
  if (fields.complete) return decide("attributes", fields.values);
  fields.markOpen();
  toast(text("answerAll"), "warn");
}

async function reject(reason) {
  if (reason !== "other") return decide("reject", { reason });
  const note = await askReason();
  if (note) decide("reject", { reason, note });
}

async function relabel() {
  const identity = await askIdentity();
  if (identity) decide("relabel", { identity: identity.id }, identity.name);
}

function skip() {
  if (!queue.current) return;
  leave({ id: uuid(), kind: "skip", claim: queue.current.claim, question });
}

function undo() {
  if (fields && desk.dataset.state === "asking" && fields.back()) return;
  const step = history.pop() ?? earlier.shift();
  if (!step) return toast(text("nothingToUndo"));
  strip.forget(step.id);
  if (step.item) queue.putBack(step.item);
  else queue.recall(step.claim);
  show(step.values);
  outbox.add({ id: uuid(), kind: "undo", target: step.id });
  toast(text("undone", { label: step.label }));
}

async function flag() {
  const item = queue.current;
  const comment = item && (await askComment());
  if (!comment) return;
  outbox.add({ id: uuid(), kind: "flag", claim: item.claim, question, comment });
  toast(text("flagged"));
}

function photo() {
  if (!queue.current) return;
  showLarge(queue.current);
  showDialog("photo");
}

const ACTIONS = {
  accept: () => decide("accept"),
  reject,
  relabel: () => queue.current && relabel(),
  cannot_tell: () => decide("cannot_tell"),
  quarantine: (reason) => decide("quarantine", { reason }),
  field: (digit) => desk.dataset.state === "asking" && fields.answer(digit) && decideAttributes(),
  attributes: decideAttributes,
  skip,
  undo,
  flag,
  photo,
  guideline: () => showDialog("guideline"),
  keys: () => showDialog("keys"),
};

function perform(action) {
  const [name, detail] = action.split(":");
  ACTIONS[name](detail);
}

function clicked(event) {
  const button = event.target.closest("[data-action]");
  if (!button) return;
  event.preventDefault();
  if (event.detail) desk.querySelector(".stage").focus({ preventScroll: true }); // or Space would press it once more
  perform(button.dataset.action);
}

function received({ detail: batch }) {
  const before = queue.current;
  ({ empty, progress } = batch);
  queue.add(batch.items);
  if (!before || queue.current !== before) show(); // else the face on the screen stays untouched
}

const TROUBLE = {
  late: () => text("late"),
  gone: ({ message }) => message || text("gone"),
  parked: ({ message }) => text("parked", { message }),
  refused: ({ message }) => text("refused", { message }),
  conflict: ({ message }) => text("refused", { message }),
};

function resulted({ detail: result }) {
  const words = TROUBLE[result.status]?.(result);
  if (!words) return;
  const step = history.find(result.id);
  toast(words, result.status === "late" ? "warn" : "bad");
  strip.trouble(result.id, words);
  if (["late", "parked"].includes(result.status) || !step) return;
  history.forget(result.id);
  if (result.status === "refused") queue.allow(step.item.claim);
}

/** What the server said with the page goes where all is said here, or it would lie on the face. */
function say() {
  for (const said of document.querySelectorAll(".desk > .said")) {
    toast(said.textContent.trim(), "told");
    said.remove();
  }
}

function changed() {
  showSaving(outbox.state);
  showProgress(progress, outbox.answers);
  strip.refresh(outbox);
}

outbox.addEventListener("change", changed);
outbox.addEventListener("batch", received);
outbox.addEventListener("batch", changed);
outbox.addEventListener("result", resulted);
desk.addEventListener("submit", (event) => event.submitter?.dataset.slot === "empty-post" || event.preventDefault());
document.addEventListener("click", clicked);
listen(keyTable(question, policy.reasons), perform);
easyClosing();
say();
await outbox.wake();
queue.setAside(outbox.claims);
show();
outbox.call();
setInterval(() => queue.current || document.hidden || outbox.call(), LOOK_AGAIN);
