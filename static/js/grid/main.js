/* The grid: marks on faces, the commit, the way back. Answers go out through the same outbox as all others. */
import { desk, slot, toast, write } from "../review/dom.js";
import { showEmpty, showProgress, showSaving } from "./status.js";
import { describe, markOf, same, summary } from "./marks.js";
import { listen, tableFor } from "./keys.js";
import { askMark, askReason, easyClosing, show as showDialog, showPhoto } from "./dialogs.js";
import { showPerson, showSource } from "./person.js";
import { Board } from "./board.js";
import { Dwell } from "./dwell.js";
import { History } from "./history.js";
import { Leases } from "../review/leases.js";
import { Outbox } from "../review/outbox.js";
import { Shelf } from "./shelf.js";
import { say } from "./words.js";
import { text } from "../review/texts.js";
import { uuid } from "../review/browser.js";

const LOOK_AGAIN = 15_000;
const TONES = { accept: "good", reject: "bad", quarantine: "warn", cannot_tell: "neutral", skip: "neutral" };

const start = JSON.parse(document.getElementById("batch").textContent);
const { user, policy } = start;
const history = new History(user);
const board = new Board(policy, (item) => showSource(item));
const dwell = new Dwell();
const outbox = new Outbox(user, () => ({ question: "usable", want: 0, have: onHand() }));
const shelf = new Shelf(() => [...onHand(), ...outbox.claims]);
let { progress } = start;
let present = null;
let empty = start.empty;
let shownAt = new Date();
const leases = new Leases(user, "usable", onHand, () => location.reload());

function onHand() {
  return [...(present?.items ?? []).map((item) => item.claim), ...shelf.claims];
}

// ---- The grid on the screen

async function show(grid) {
  present = grid;
  desk.dataset.state = "loading";
  await shelf.decode(grid);
  if (present !== grid) return; // taken back meanwhile
  showPerson(grid.identity);
  desk.dataset.state = "asking";
  board.show(grid, (item) => shelf.picture(item).image);
  leaveOutBroken(grid);
  told();
  shownAt = new Date();
  dwell.start(grid.dwell, grid.looked ? grid.dwell : 0);
  shelf.keepOnly(new Set([...onHand(), ...history.claims.slice(-grid.items.length)]));
  leases.changed();
  shelf.stock();
}

/** Nobody accepts a picture that they could not see. */
function leaveOutBroken(grid) {
  const unseen = grid.items.filter((item) => shelf.picture(item).broken && !grid.marks[item.claim]);
  for (const { claim } of unseen) {
    grid.marks[claim] = { verdict: "skip", reason: "" };
    board.paint(claim);
  }
  if (unseen.length) toast(say("pictures", { n: unseen.length }), "warn");
}

function next() {
  const grid = shelf.take();
  if (grid) return show(grid);
  present = null;
  board.clear();
  dwell.stop();
  desk.dataset.state = "loading";
  write("loading-words", say("loading"));
  if (!outbox.state.unsent) shelf.stock(); // else once they are there: only then is it known what is left
}

function told() {
  const left = Object.values(present.marks).filter((said) => said.verdict === "skip").length;
  const n = present.items.length - left;
  write("commit-words", n ? say(n === 1 ? "commitOne" : "commit", { n }) : say("commitNone"));
  write("summary", summary(present));
  for (const button of document.querySelectorAll("[data-action=undo]")) button.disabled = history.empty;
}

// ---- Marks

async function mark(action, item = board.item) {
  if (desk.dataset.state !== "asking" || !item) return;
  let wanted = markOf(action);
  const { marks } = present;
  if (same(wanted, marks[item.claim])) wanted = null; // the second press takes it off
  if (wanted?.reason === "other" && wanted.verdict === "reject") {
    const note = await askReason();
    board.focus();
    if (!note) return;
    wanted.note = note;
  }
  if (wanted) marks[item.claim] = wanted;
  else delete marks[item.claim];
  board.paint(item.claim);
  told();
}

async function menu() {
  const item = board.item;
  if (!item) return;
  const chosen = await askMark(item);
  board.focus();
  if (chosen === "photo") showPhoto(item);
  else if (chosen && !same(markOf(chosen), present.marks[item.claim] ?? null)) mark(chosen, item);
}

// ---- Commit and the way back

function entryFor({ claim }, times) {
  const said = present.marks[claim];
  if (said?.verdict === "skip") return { id: uuid(), kind: "skip", claim, question: "usable" };
  const answer = { verdict: "accept", ...said };
  return { id: uuid(), kind: "answer", claim, question: "usable", ...answer, ...times, mode: "grid", policy: policy.version };
}

/** How an answer looks where the last ones are shown. */
function lookOf({ claim, crop }, marks) {
  const { sign, label } = describe(marks[claim], policy);
  return { crop, mark: sign, tone: TONES[marks[claim]?.verdict ?? "accept"], label };
}

function commit() {
  if (desk.dataset.state !== "asking") return;
  if (!dwell.over) {
    slot("dwell-said").textContent = say("tooSoon");
    return toast(say("tooSoon"));
  }
  const times = { shown_at: shownAt.toISOString(), decided_at: new Date().toISOString() }; // one moment for all
  const entries = present.items.map((item) => entryFor(item, times));
  const said = summary(present);
  history.push({ grid: { ...present, looked: true }, ids: entries.map((entry) => entry.id) });
  empty = null;
  const { items, marks } = present;
  entries.forEach((entry, place) => outbox.add(entry, lookOf(items[place], marks))); // in memory before the first goes
  next();
  toast(say("committed", { what: said }));
}

function undo() {
  const step = history.pop();
  if (!step) return toast(say("nothingToUndo"));
  if (present) shelf.putFirst(present);
  show(step.grid);
  for (const target of step.ids) outbox.add({ id: uuid(), kind: "undo", target });
  toast(say("undone", { n: step.ids.length }));
}

// ---- What comes in

function begin() {
  const unsent = new Set(outbox.claims);
  // Read anew, the page before gave its faces back after this one was made: they are asked for again.
  const items = leases.wereGivenBack ? [] : start.items.filter((item) => !unsent.has(item.claim));
  if (items.length) show({ ...start, items, marks: {} });
  else if (empty && !unsent.size && !start.items.length) received({ detail: start });
  else next();
}

function received({ detail: batch }) {
  progress = batch.progress ?? progress;
  empty = batch.empty ?? empty;
  if (present) return;
  const grid = shelf.take();
  if (grid) return show(grid);
  if (!empty || outbox.state.unsent) return;
  desk.dataset.state = "empty";
  showEmpty(empty);
  for (const button of document.querySelectorAll("[data-action=undo]")) button.disabled = history.empty;
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
  if (words) toast(words, result.status === "late" ? "warn" : "bad");
}

function changed() {
  showSaving(outbox.state);
  showProgress(progress, outbox.answers);
}

outbox.addEventListener("change", changed);
outbox.addEventListener("batch", ({ detail }) => {
  progress = detail.progress ?? progress;
  changed();
  if (!present && !outbox.state.unsent) shelf.stock();
});
outbox.addEventListener("result", resulted);
shelf.addEventListener("batch", received);
shelf.addEventListener("offline", () => present || write("loading-words", say("offline")));

// ---- Hands

const ACTIONS = {
  commit,
  undo,
  menu,
  mark: (...detail) => mark(detail.join(":")),
  move: (by) => board.move(...by.split(",").map(Number)),
  photo: () => board.item && showPhoto(board.item),
  single: () => location.assign(desk.dataset.single),
  guideline: () => showDialog("guideline"),
  keys: () => showDialog("keys"),
};

function perform(action) {
  const [name, ...detail] = action.split(":");
  ACTIONS[name](...detail);
}

function clicked(event) {
  const button = event.target.closest("[data-action]");
  if (button) {
    event.preventDefault();
    perform(button.dataset.action);
    if (present) board.focus();
    return;
  }
  const pressed = event.target.closest(".tile button");
  if (!pressed) return;
  board.go(board.indexOf(pressed));
  if (pressed.matches(".more")) menu();
  else mark(present.marks[board.item.claim] ? "accept" : "reject:wrong_person");
}

/** A right click or a long press opens the menu of a face. */
function held(event) {
  const tile = event.target.closest(".tile");
  if (!tile || !present) return;
  event.preventDefault();
  board.go(board.indexOf(tile));
  menu();
}

document.addEventListener("click", clicked);
slot("tiles").addEventListener("contextmenu", held);
desk.addEventListener("submit", (event) => event.submitter?.dataset.slot === "empty-post" || event.preventDefault());
const own = JSON.parse(document.getElementById("own-keys").textContent);
listen(tableFor(policy.reasons, own), perform);
easyClosing(own.off ? [] : own.keys.photo);
for (const said of document.querySelectorAll(".desk > .said")) {
  toast(said.textContent.trim(), "told");
  said.remove();
}
await outbox.wake();
if (!present) begin(); // else a grid was taken back meanwhile, and is on the screen
outbox.call();
setInterval(() => present || document.hidden || outbox.state.unsent || shelf.stock(), LOOK_AGAIN);
