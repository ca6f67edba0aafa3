/* Answers wait here until the server has them: on disk, sent in order by one tab at a time, tried again until it works.

What the server will not have is parked, so that it never blocks the rest; it is kept and shown until the person decides. */
import { Refused, SignedOut, farewell, sync } from "./wire.js";
import { Store } from "./store.js";
import { alone, uuid } from "./browser.js";

const AT_ONCE = 40;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
const BEACON_ENTRIES = 60;
const WAKING = 30_000; // of patience with a slow disk: the screen can be used meanwhile

/** An undo that comes to nothing holds nothing worth keeping; everything else does. */
function isWorthKeeping({ status }, entry) {
  return (status === "refused" || status === "conflict" || status === "parked") && entry.kind !== "undo";
}

export class Outbox extends EventTarget {
  #user;
  #demand;
  #store;
  #channel;
  #unsent = new Map(); // id → {entry, shown}
  #parked = new Map(); // id → {id, entry, shown, message, status}
  #dropped = new Set(); // ids of answers that the server would not have, and their person neither
  #trouble = "";
  #diskless = false;
  #atOnce = AT_ONCE;
  #pause = FIRST_PAUSE;
  #timer = 0;
  #running = false;
  #again = false;

  /** `demand` tells what to ask for in the same call: {question, want, have, tell}. */
  constructor(user, demand) {
    super();
    this.#user = user;
    this.#demand = demand;
    this.#store = new Store(user);
    this.#channel = new BroadcastChannel(`mtf-outbox-${user}`);
    this.#channel.onmessage = ({ data }) => this.#heard(data);
    addEventListener("online", () => this.retry());
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", (event) => event.persisted && this.retry());
    addEventListener("beforeunload", (event) => this.#diskless && this.#unsent.size && event.preventDefault());
    document.addEventListener("visibilitychange", () => document.hidden || this.retry());
  }

  /** Takes up what an earlier page left behind. */
  async wake() {
    for (const row of await this.#store.all(WAKING)) this.#unsent.set(row.entry.id, row);
    await this.#readParked();
  }

  get state() {
    return { calling: this.#running, trouble: this.#trouble, unsent: this.#unsent.size, diskless: this.#diskless && this.#unsent.size > 0 };
  }

  get parked() {
    return [...this.#parked.values()];
  }

  has(id) {
    return this.#unsent.has(id);
  }

  isParked(id) {
    return this.#parked.has(id);
  }

  /** Unsent answers and skips with how they look, oldest first; what was taken back again is left out. */
  get rows() {
    const undone = new Set([...this.#unsent.values()].map(({ entry }) => entry.target));
    return [...this.#unsent.values()].filter(({ entry }) => (entry.kind === "answer" || entry.kind === "skip") && !undone.has(entry.id));
  }

  /** Claims whose answer or skip is still here: not to be asked again. */
  get claims() {
    return [...this.rows, ...this.parked.filter(({ entry }) => entry.kind !== "flag")].map(({ entry }) => entry.claim);
  }

  get answers() {
    return this.rows.filter(({ entry }) => entry.kind === "answer").length;
  }

  async add(entry, shown = null) {
    const row = { entry, shown };
    this.#unsent.set(entry.id, row);
    this.#tell();
    await this.#keep(this.#store.put(row));
    this.call();
  }

  /** Sends a parked entry once more; one whose id belongs to something else gets a new one. */
  async sendAgain(id) {
    const { entry, shown, status } = this.#parked.get(id);
    const row = { entry: status === "conflict" ? { ...entry, id: uuid() } : entry, shown };
    this.#parked.delete(id);
    this.#unsent.set(row.entry.id, row);
    this.#tell();
    await this.#keep(this.#store.unpark(id, row));
    this.#channel.postMessage({ parked: true });
    this.call();
  }

  async discard(id) {
    this.#parked.delete(id);
    this.#tell();
    await this.#keep(this.#store.unpark(id));
    this.#channel.postMessage({ parked: true });
  }

  retry() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#pause = FIRST_PAUSE;
    this.call();
  }

  /** One call after the other; while a pause after a failure lasts, nothing is sent. */
  async call() {
    this.#again = true;
    if (this.#running || this.#timer) return;
    this.#running = true;
    try {
      while (this.#again && !this.#timer) {
        this.#again = false;
        await alone(`mtf-outbox-${this.#user}`, () => this.#exchange());
      }
    } finally {
      this.#running = false; // whatever went wrong, the next call goes out
      this.#tell();
    }
  }

  async #exchange() {
    const waiting = await this.#waiting();
    const demand = this.#demand();
    if (!waiting.length && !demand.want && !demand.tell) return this.#well();
    const rows = waiting.slice(0, this.#atOnce);
    try {
      const answer = await sync({ user: this.#user, ...demand, entries: rows.map((row) => row.entry) });
      await this.#settle(answer.results ?? [], rows);
      this.dispatchEvent(new CustomEvent("batch", { detail: answer }));
    } catch (fault) {
      await this.#fail(fault, rows);
    }
  }

  async #settle(results, rows) {
    const byId = new Map(rows.map((row) => [row.entry.id, row]));
    const told = results.filter((result) => byId.has(result.id)).map((result) => ({ ...result, ...byId.get(result.id) }));
    const settled = [];
    for (const result of told) settled.push(await this.#sorted(result));
    await this.#keep(this.#store.remove(new Set(settled.map((result) => result.id))));
    this.#channel.postMessage({ settled });
    this.#take(settled);
    if (settled.length < rows.length) throw new Error("the server left entries without a result");
    this.#atOnce = AT_ONCE;
    this.#well();
    this.#again ||= this.#unsent.size > 0;
  }

  async #fail(fault, rows) {
    if (fault instanceof Refused && rows.length > 1) {
      this.#atOnce = Math.ceil(rows.length / 2);
      this.#again = true;
    } else if (fault instanceof Refused && rows.length === 1) {
      const result = await this.#sorted({ id: rows[0].entry.id, status: "parked", message: fault.message, ...rows[0] });
      await this.#keep(this.#store.remove(new Set([result.id])));
      this.#channel.postMessage({ settled: [result] });
      this.#take([result]);
      this.#again = true;
    } else {
      this.#trouble = fault instanceof SignedOut ? "signed-out" : "offline";
      this.#timer = setTimeout(() => { this.#timer = 0; this.call(); }, this.#pause * (0.75 + Math.random() / 2));
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
      this.#tell();
    }
  }

  /** Parked, if it is worth keeping. What was taken back before it was refused is not; then there is nothing to undo either,
   *  which is nobody's concern. */
  async #sorted(result) {
    const { entry, status } = result;
    const isDropped = isWorthKeeping(result, entry) && [...this.#unsent.values()].some((row) => row.entry.target === entry.id);
    if (isDropped) this.#dropped.add(entry.id);
    if (isDropped || (status === "gone" && this.#dropped.has(entry.target))) return { ...result, status: "dropped" };
    if (isWorthKeeping(result, entry)) await this.#park(result);
    return result;
  }

  async #park({ id, entry, shown, message, status }) {
    const record = { id, entry, shown, message, status };
    this.#parked.set(id, record);
    await this.#keep(this.#store.park(record));
  }

  /** What was settled leaves the outbox, here and in the user's other tabs, and each page is told of it. */
  #take(settled) {
    for (const { id } of settled) this.#unsent.delete(id);
    for (const result of settled) this.dispatchEvent(new CustomEvent("result", { detail: result }));
    this.#tell();
  }

  async #heard({ settled = [], parked = false }) {
    if (parked || settled.some((result) => isWorthKeeping(result, result.entry))) await this.#readParked();
    this.#take(settled.filter((result) => this.#unsent.has(result.id)));
  }

  async #readParked() {
    const records = await this.#store.parked().catch(() => this.parked);
    this.#parked = new Map(records.map((record) => [record.id, record]));
    for (const id of this.#parked.keys()) this.#unsent.delete(id);
    this.#tell();
  }

  async #keep(writing) {
    const failed = await writing.then(() => false, () => true);
    if (failed === this.#diskless) return;
    this.#diskless = failed;
    this.#tell();
  }

  async #waiting() {
    const stored = await this.#store.all();
    const known = new Set(stored.map((row) => row.entry.id));
    const waiting = [...stored, ...[...this.#unsent.values()].filter((row) => !known.has(row.entry.id))];
    return waiting.filter((row) => !this.#parked.has(row.entry.id));
  }

  #well() {
    this.#trouble = "";
    this.#pause = FIRST_PAUSE;
    this.#tell();
  }

  #leave() {
    const entries = [...this.#unsent.values()].slice(0, BEACON_ENTRIES).map((row) => row.entry);
    if (entries.length) farewell({ user: this.#user, ...this.#demand(), want: 0, entries });
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
