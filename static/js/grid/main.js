/* The grid: marks on faces, the commit, the way back. Answers go out through the same outbox as all others. */
import { box, easyClosing, show as showDialog } from "../review/dialogs.js";
import { desk, say as sayHere, slot, toast, write } from "../review/dom.js";
import { comeCloser, showBeside, showPhoto } from "../review/looks.js";
import { showEmpty } from "../review/face.js";
import { showProgress, showSaving } from "../review/status.js";
import { listenToMenu } from "./dialogs.js";
import { answersOf } from "./answers.js";
import { listen, tableFor } from "./keys.js";
import { summary } from "./marks.js";
import { showPerson, showSource } from "./person.js";
import { Board } from "./board.js";
import { Breaks } from "../review/breaks.js";
import { Day } from "../review/day.js";
import { Dwell } from "./dwell.js";
import { History } from "./history.js";
import { Marking } from "./marking.js";
import { Leases } from "../review/leases.js";
import { Outbox } from "../review/outbox.js";
import { Shelf } from "./shelf.js";
import { heard } from "../review/replies.js";
import { say } from "./words.js";
import { showParked } from "../review/parked.js";
import { tellTrouble } from "../review/trouble.js";
import { uuid } from "../review/browser.js";
import * as drawer from "../review/drawer.js";

const LOOK_AGAIN = 15_000;
const TOGETHER = 40; // faces of the largest grid

const start = JSON.parse(document.getElementById("batch").textContent);
const profile = JSON.parse(document.getElementById("profile").textContent);
const { user, policy } = start;
const history = new History(user);
const board = new Board(policy, (item) => showSource(item));
const dwell = new Dwell();
const day = new Day(start.progress);
const breaks = new Breaks(user, "grid", profile);
const outbox = new Outbox(user, () => ({ question: "usable", want: 0, have: onHand() }));
const shelf = new Shelf(() => [...onHand(), ...outbox.claims, ...(present ? leases.elsewhere : [])]);
const marking = new Marking(board, outbox, { grid: () => present, marked: told, perform });
const kinds = new Map(); // id of a thing taken back → what it was
let present = null;
let empty = start.empty;
let shownAt = new Date();
const leases = new Leases(user, "usable", onHand, { back: () => location.reload(), shared() {}, answered: leaveOut });

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

/** Answered in another tab, where the hands are: not to be answered here once more. */
function leaveOut(claims) {
  shelf.leaveOut(claims);
  const items = present?.items.filter((item) => !claims.includes(item.claim)) ?? [];
  if (!present || items.length === present.items.length) return;
  for (const claim of claims) delete present.marks[claim];
  if (items.length) show({ ...present, items });
  else next();
}

function told() {
  const left = Object.values(present.marks).filter((said) => said.verdict === "skip").length;
  const n = present.items.length - left;
  write("commit-words", n ? say(n === 1 ? "commitOne" : "commit", { n }) : say("commitNone"));
  write("summary", summary(present));
  for (const button of document.querySelectorAll("[data-action=undo]")) button.disabled = history.empty;
}

// ---- Commit and the way back

function commit() {
  if (desk.dataset.state !== "asking") return;
  if (!dwell.over) {
    slot("dwell-said").textContent = say("tooSoon");
    return toast(say("tooSoon"));
  }
  const said = summary(present);
  const answers = answersOf(present, shownAt, policy);
  history.push({ grid: { ...present, looked: true }, ids: answers.map(({ entry }) => entry.id) });
  empty = null;
  for (const { entry, look } of answers) outbox.add(entry, look); // in memory before the first goes
  leases.answered(answers.map(({ entry }) => entry.claim));
  breaks.answered(Date.now() - shownAt, answers.length);
  next();
  toast(say("committed", { what: said }));
}

function undo() {
  const step = history.pop();
  if (!step) return toast(say("nothingToUndo"));
  bringForward(step.grid);
  step.ids.forEach((id, place) => takeBack(id, step.grid.marks[step.grid.items[place].claim]));
  toast(say("undone", { n: step.ids.length }));
}

function takeBack(target, mark) {
  if (outbox.isParked(target)) return outbox.discard(target);
  kinds.set(target, mark?.verdict === "skip" ? "skip" : "answer");
  outbox.add({ id: uuid(), kind: "undo", target });
}

/** What was on the screen comes after it. */
function bringForward(grid) {
  if (present) shelf.putFirst(present);
  show(grid);
}

// ---- What the server would not have

/** It is given up, and its face asked once more: here, by itself, or later where nobody knows how it looked. */
function answerAnew(id) {
  const { shown } = outbox.parked.find((record) => record.id === id);
  box("parked").close();
  discard(id);
  if (!shown?.again) return toast(say("askedAgain"));
  const { item, identity, mark } = shown.again;
  bringForward({ ...start, identity, items: [item], marks: mark ? { [item.claim]: mark } : {}, dwell: 0 });
}

function discard(id) {
  outbox.discard(id);
  history.leaveOut(id);
}

// ---- What comes in

function begin() {
  const unsent = new Set(outbox.claims);
  const given = new Set([...unsent, ...history.claims]); // the page may have been made before they arrived
  // Read anew, the page before gave its faces back after this one was made: they are asked for again.
  const items = leases.wereGivenBack ? [] : start.items.filter((item) => !given.has(item.claim));
  if (items.length) show({ ...start, items, marks: {} });
  else if (empty && !unsent.size && !start.items.length) received({ detail: start });
  else next();
}

function received({ detail: batch }) {
  day.told(batch.progress);
  changed();
  empty = batch.empty ?? empty;
  if (present) return;
  const grid = shelf.take();
  if (grid) return show(grid);
  if (!empty || outbox.state.unsent) return;
  showEmpty(empty);
  for (const button of document.querySelectorAll("[data-action=undo]")) button.disabled = history.empty;
}

function resulted({ detail: result }) {
  day.saved(result, kinds.get(result.entry.target));
  tellTrouble(result);
}

function changed() {
  showSaving(outbox.state, TOGETHER);
  showProgress(day.figures(outbox.answers));
  showParked(outbox.parked);
}

outbox.addEventListener("change", changed);
outbox.addEventListener("batch", () => present || outbox.state.unsent || shelf.stock());
outbox.addEventListener("result", resulted);
shelf.addEventListener("batch", received);
shelf.addEventListener("offline", () => present || write("loading-words", say("offline")));

// ---- Hands

const ACTIONS = {
  commit,
  undo,
  menu: () => marking.menu(),
  mark: (...detail) => marking.mark(detail.join(":")),
  move: (by) => board.move(...by.split(",").map(Number)),
  relabel: () => marking.relabel(),
  flag: () => marking.flag(),
  photo: () => board.item && showPhoto(board.item),
  closer: () => comeCloser(board.item),
  compare: () => board.item && showBeside(board.item, present.identity),
  single: () => location.assign(desk.dataset.single),
  guideline: () => drawer.toggle(board),
  keys: () => showDialog("keys"),
  parked: () => showDialog("parked"),
  resend: (id) => outbox.sendAgain(id),
  anew: answerAnew,
  discard,
  rest: () => breaks.close(),
  heard,
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
    if (present && button.dataset.action !== "guideline") board.focus(); // the guideline takes the focus itself
    return;
  }
  const pressed = event.target.closest(".tile button");
  if (!pressed) return;
  board.go(board.indexOf(pressed));
  if (pressed.matches(".more")) marking.menu();
  else marking.mark(present.marks[board.item.claim] ? "accept" : "reject:wrong_person");
}

function held(event) { // a right click, or a long press
  const tile = event.target.closest(".tile");
  if (!tile || !present) return;
  event.preventDefault();
  board.go(board.indexOf(tile));
  marking.menu();
}

document.addEventListener("click", clicked);
slot("tiles").addEventListener("contextmenu", held);
desk.addEventListener("submit", (event) => event.submitter?.dataset.slot === "empty-post" || event.preventDefault());
const table = tableFor(policy.reasons, profile);
listen(table, perform);
listenToMenu();
easyClosing(table);
drawer.restore(board);
sayHere();
await outbox.wake();
if (!present) begin(); // else a grid was taken back meanwhile, and is on the screen
outbox.call();
setInterval(() => present || document.hidden || outbox.state.unsent || shelf.stock(), LOOK_AGAIN);
