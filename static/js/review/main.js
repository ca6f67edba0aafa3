/* The review screen: what an action does to the queue, the outbox and the page. */
import { askComment, askIdentity, askReason, box, easyClosing, show as showDialog } from "./dialogs.js";
import { announce, desk, say, slot, toast } from "./dom.js";
import { comeCloser, showBeside, showPhoto } from "./looks.js";
import { prefetch, showEmpty, showFace, showLoading } from "./face.js";
import { keyTable } from "./keys.js";
import { obey } from "./hands.js";
import { showProgress, showSaving } from "./status.js";
import { Breaks } from "./breaks.js";
import { Day } from "./day.js";
import { Fields } from "./fields.js";
import { History } from "./history.js";
import { Leases } from "./leases.js";
import { Outbox } from "./outbox.js";
import { Queue } from "./queue.js";
import { Recall } from "./recall.js";
import { Renewal } from "./renewal.js";
import { Run } from "./run.js";
import { heard } from "./replies.js";
import { showParked } from "./parked.js";
import { signOf } from "./signs.js";
import { tellTrouble } from "./trouble.js";
import { text } from "./texts.js";
import { uuid } from "./browser.js";
import * as drawer from "./drawer.js";
import * as strip from "./strip.js";

const [LOOK_AGAIN, TELL] = [15_000, 60_000];

function given(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

const { user, question, policy, items, ...start } = given("batch");
const profile = given("profile");
const stage = desk.querySelector(".stage");
const codes = policy.fields.map((field) => field.code);
const history = new History(user, question);
const queue = new Queue(items.filter(({ claim }) => !history.steps.some(({ item }) => item.claim === claim))); // made too early
const day = new Day(start.progress);
const breaks = new Breaks(user, question, profile);
const renewal = new Renewal(start.policy_version ?? policy.version);
const outbox = new Outbox(user, demand);
const fields = question === "attributes" ? new Fields(desk, fieldsDone, announce) : null;
const run = fields && policy.field_runs ? new Run(user, codes) : null;
const recall = new Recall(queue, outbox, run);
let earlier = (start.recent ?? []).filter((answer) => !history.find(answer.id));
const kinds = new Map(); // id of a thing taken back → what it was
let { empty } = start;
let shownAt = new Date();
let toldAt = 0;

/** What a call asks for; once a minute, and when there is nothing to do, also how far the day has come. */
function demand() {
  recall.asked();
  const tell = !queue.current || Date.now() - toldAt > TELL;
  const { want, have } = queue.demand;
  return { question, want, have: queue.current ? [...have, ...leases.elsewhere] : have, tell }; // at the end tabs share
}

/** The face that is asked, if one is. */
function onScreen() {
  return recall.isOn ? null : queue.current;
}

function show(values = {}) {
  run?.turn(queue);
  leases.changed();
  for (const button of document.querySelectorAll("[data-action=undo]")) button.disabled = history.empty && !earlier.length;
  const item = onScreen();
  if (!item) return empty && !recall.isOn ? showEmpty(empty) : showLoading();
  fields?.open(run ? [run.field] : asks(item), run ? {} : values, item.claimed);
  if (run) slot("run").textContent = text("run", run.place);
  showFace(item, queue.picture(item), () => { shownAt = new Date(); });
  if (item.identity) announce(text("next", { name: item.identity.name }));
  prefetch(queue.soon);
}

function asks(item) {
  return item.asks?.length ? codes.filter((code) => item.asks.includes(code)) : codes;
}

function leave(entry, name) {
  const values = run ? run.values(queue.current) : (fields?.values ?? {});
  const item = queue.next();
  const shown = { crop: item.crop, ...signOf(policy, entry, name) };
  history.push({ id: entry.id, kind: entry.kind, item, shown, values });
  if (run) entry.kind === "skip" ? run.skipped(item) : run.left(item);
  strip.remember({ id: entry.id, ...shown });
  empty = null;
  show();
  outbox.add(entry, shown);
  leases.answered([item.claim]);
  if (entry.kind === "answer") breaks.answered(new Date(entry.decided_at) - new Date(entry.shown_at));
}

function decide(verdict, extra = {}, name = "") {
  if (desk.dataset.state !== "asking") return;
  const times = { shown_at: shownAt.toISOString(), decided_at: new Date().toISOString() };
  const { claim } = queue.current;
  leave({ id: uuid(), kind: "answer", claim, question, verdict, ...extra, ...times, mode: "single", policy: policy.version }, name);
}

/** Every field on the screen has its answer: the face is done, or one field of it in a run. */
function fieldsDone() {
  if (desk.dataset.state !== "asking") return;
  if (!run) return decide("attributes", fields.values);
  const item = queue.current;
  if (run.answer(item, fields.values[run.field])) decide("attributes", run.values(item));
  else show();
}

function save() {
  if (fields.complete) return fieldsDone();
  fields.markOpen();
  toast(text("answerAll"), "warn");
}

async function reject(reason) {
  if (reason !== "other") return decide("reject", { reason });
  if (desk.dataset.state !== "asking") return;
  const item = queue.current;
  const note = await askReason();
  if (note && item === queue.current) decide("reject", { reason, note }); // it may have been erased meanwhile
}

async function relabel() {
  if (desk.dataset.state !== "asking") return;
  const item = queue.current;
  const identity = await askIdentity();
  if (identity && item === queue.current) decide("relabel", { identity: identity.id }, identity.name);
}

function skip() {
  if (!onScreen()) return;
  leave({ id: uuid(), kind: "skip", claim: queue.current.claim, question });
}

/** The last thing done, or just the one with that id. */
function undo(id) {
  if (!id && desk.dataset.state === "asking" && (run ? run.back(queue, history.last?.item.claim) : fields?.back())) return run && show();
  const mine = id ? history.find(id) : history.last;
  const old = mine ? null : earlier.find((answer) => (id ? answer.id === id : answer.question === question));
  const done = mine ?? old;
  if (!done) return toast(text("nothingToUndo"));
  const taking = { id: uuid(), kind: "undo", target: done.id };
  strip.forget(done.id);
  if (mine) takeBack(mine);
  else recallOld(old, taking.id);
  kinds.set(done.id, done.kind ?? "answer");
  if (outbox.isParked(done.id)) outbox.discard(done.id);
  else outbox.add(taking);
  toast(text(old && old.question !== question ? "undoneElsewhere" : "undone", { label: (mine?.shown ?? old).label }));
}

function takeBack(step) {
  history.forget(step.id);
  queue.putBack(step.item);
  run?.reopen(step.item, step.values);
  show(step.values);
}

function recallOld(answer, undo) {
  earlier.splice(earlier.indexOf(answer), 1);
  if (answer.question === question) fetchBack(answer.claim, undo);
  else show(fields?.values);
}

function fetchBack(claim, undo) {
  recall.await(claim, undo);
  show();
}

/** A parked answer is given up, and its face asked once more. */
function answerAnew(id) {
  const { entry } = outbox.parked.find((record) => record.id === id);
  box("parked").close();
  if (history.find(id)) return undo(id);
  outbox.discard(id);
  strip.forget(id);
  fetchBack(entry.claim);
  outbox.call();
}

function discard(id) {
  const { entry } = outbox.parked.find((record) => record.id === id);
  outbox.discard(id);
  strip.forget(id);
  history.forget(id);
  queue.allow(entry.claim);
}

async function flag() {
  const item = onScreen();
  const comment = item && (await askComment());
  if (!comment) return;
  outbox.add({ id: uuid(), kind: "flag", claim: item.claim, question, comment }, { crop: item.crop });
  toast(text("flagged"));
}

const ACTIONS = {
  accept: () => decide("accept"),
  reject,
  relabel,
  cannot_tell: () => decide("cannot_tell"),
  quarantine: (reason) => decide("quarantine", { reason }),
  field: (digit) => desk.dataset.state === "asking" && fields.answer(digit) && fieldsDone(),
  attributes: save,
  skip,
  undo,
  flag,
  photo: () => onScreen() && showPhoto(queue.current),
  closer: () => onScreen() && comeCloser(queue.current),
  compare: () => onScreen() && showBeside(queue.current, queue.current.identity),
  guideline: () => drawer.toggle(stage),
  grid: () => desk.dataset.grid && location.assign(desk.dataset.grid),
  keys: () => showDialog("keys"),
  parked: () => showDialog("parked"),
  resend: (id) => outbox.sendAgain(id),
  anew: answerAnew,
  discard,
  rest: () => breaks.close(),
  heard,
};

function received({ detail: batch }) {
  const before = queue.current;
  if (batch.progress) toldAt = Date.now();
  day.told(batch.progress);
  renewal.told(batch.policy_version ?? batch.policy?.version);
  empty = batch.empty ?? null;
  queue.add(batch.items ?? []);
  if (recall.ends() || !before || queue.current !== before) show(); // else the face on the screen stays untouched
}

function resulted({ detail: result }) {
  day.saved(result, kinds.get(result.entry.target));
  queue.settled(result, outbox.claims);
  tellTrouble(result);
  if (result.status === "late") strip.late(result.id);
  if (result.status === "gone" && result.entry.claim) forgetFace(result.entry);
}

/** Erased: neither to be asked nor to be taken back. */
function forgetFace({ id, claim }) {
  history.forget(id);
  strip.forget(id);
  drop([claim]);
}

function drop(claims) {
  const before = queue.current;
  for (const claim of claims) queue.drop(claim);
  if (queue.current !== before) show();
}

/** Those of another tab are asked there; the one on the screen stays, since somebody may be about to answer it. */
function share(claims) {
  drop(claims.filter((claim) => claim !== queue.current?.claim));
  outbox.call();
}

function changed() {
  if (outbox.state.trouble && recall.ends()) show();
  showSaving(outbox.state);
  showProgress(day.figures(outbox.answers));
  showParked(outbox.parked);
  strip.refresh(outbox);
  renewal.perhaps(!outbox.state.unsent && !document.querySelector("dialog[open]") && !fields?.begun);
}

/** The page is back from where browsers keep pages: its faces were given to others meanwhile. */
function comeBack() {
  queue.askAnew();
  toldAt = 0;
  outbox.call();
}

const table = keyTable(question, profile);
outbox.addEventListener("change", changed);
outbox.addEventListener("batch", (event) => { received(event); changed(); });
outbox.addEventListener("result", resulted);
desk.addEventListener("submit", (event) => event.submitter?.dataset.slot === "empty-post" || event.preventDefault());
obey(ACTIONS, table, stage);
easyClosing(table);
drawer.restore(stage);
say();
renewal.say();
const leases = new Leases(user, question, () => queue.claims, { back: comeBack, shared: share, answered: drop });
if (leases.wereGivenBack) queue.askAnew();
show();
await outbox.wake();
const first = queue.current;
queue.setAside(outbox.claims);
const waiting = outbox.rows.filter(({ entry }) => !history.find(entry.id)).map(({ entry, shown }) => ({ ...entry, ...shown, shown }));
earlier = [...waiting.toReversed(), ...earlier.filter(({ id }) => !outbox.has(id))];
strip.merge([...history.steps, ...waiting]);
if (queue.current !== first) show(); // else what is answered of it so far stays
outbox.call();
setInterval(() => (queue.current && Date.now() - toldAt < TELL) || document.hidden || outbox.call(), LOOK_AGAIN);
