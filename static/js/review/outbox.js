/* Answers wait here until the server has them: on disk, sent in order by one tab at a time, tried again until it works. */
import { Refused, SignedOut, farewell, sync } from "./wire.js";
import { Store } from "./store.js";
import { alone } from "./browser.js";

const AT_ONCE = 40;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
const BEACON_ENTRIES = 60;

export class Outbox extends EventTarget {
  #user;
  #demand;
  #store;
  #channel;
  #unsent = new Map();
  #parked = new Set();
  #trouble = "";
  #atOnce = AT_ONCE;
  #pause = FIRST_PAUSE;
  #timer = 0;
  #running = false;
  #again = false;

  /** `demand` tells what to ask for in the same call: {question, want, have}. */
  constructor(user, demand) {
    super();
    this.#user = user;
    this.#demand = demand;
    this.#store = new Store(user);
    this.#channel = new BroadcastChannel(`mtf-outbox-${user}`);
    this.#channel.onmessage = ({ data }) => this.#forget(new Set(data));
    addEventListener("online", () => this.retry());
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", () => this.retry());
    document.addEventListener("visibilitychange", () => document.hidden || this.retry());
  }

  /** Takes up what an earlier page left behind. */
  async wake() {
    for (const entry of await this.#stored()) this.#unsent.set(entry.id, entry);
    this.#tell();
  }

  get state() {
    return { trouble: this.#trouble, unsent: this.#unsent.size };
  }

  has(id) {
    return this.#unsent.has(id);
  }

  /** Claims whose answer or skip is still here and not taken back: never to be asked again. */
  get claims() {
    const entries = [...this.#unsent.values()];
    const undone = new Set(entries.map((entry) => entry.target));
    return entries.filter(({ id, kind }) => (kind === "answer" || kind === "skip") && !undone.has(id)).map(({ claim }) => claim);
  }

  get answers() {
    return [...this.#unsent.values()].filter((entry) => entry.kind === "answer").length;
  }

  async add(entry) {
    this.#unsent.set(entry.id, entry);
    this.#tell();
    await this.#store.put(entry).catch((fault) => console.warn("the outbox has no disk, only memory", fault));
    this.call();
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
    while (this.#again && !this.#timer) {
      this.#again = false;
      await alone(`mtf-outbox-${this.#user}`, () => this.#exchange());
    }
    this.#running = false;
  }

  async #exchange() {
    const waiting = await this.#waiting();
    const demand = this.#demand();
    if (!waiting.length && !demand.want) return this.#well();
    const entries = waiting.slice(0, this.#atOnce);
    try {
      const answer = await sync({ user: this.#user, ...demand, entries });
      await this.#settle(answer.results, entries);
      this.dispatchEvent(new CustomEvent("batch", { detail: answer }));
    } catch (fault) {
      await this.#fail(fault, entries);
    }
  }

  async #settle(results, entries) {
    const settled = new Set(results.map((result) => result.id));
    await this.#drop(settled);
    if (entries.some((entry) => !settled.has(entry.id))) throw new Error("the server left entries without a result");
    this.#atOnce = AT_ONCE;
    this.#well();
    for (const result of results) this.dispatchEvent(new CustomEvent("result", { detail: result }));
    this.#again ||= this.#unsent.size > this.#parked.size;
  }

  async #fail(fault, entries) {
    if (fault instanceof Refused && entries.length > 1) {
      this.#atOnce = Math.ceil(entries.length / 2);
      this.#again = true;
    } else if (fault instanceof Refused && entries.length === 1) {
      this.#parked.add(entries[0].id); // kept, and tried anew by the next page, so that the others can go
      this.dispatchEvent(new CustomEvent("result", { detail: { id: entries[0].id, status: "parked", message: fault.message } }));
      this.#again = true;
    } else {
      this.#trouble = fault instanceof SignedOut ? "signed-out" : "offline";
      this.#timer = setTimeout(() => { this.#timer = 0; this.call(); }, this.#pause * (0.75 + Math.random() / 2));
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
      this.#tell();
    }
  }

  async #stored() {
    return this.#store.all().catch(() => []);
  }

  async #waiting() {
    const stored = await this.#stored();
    const known = new Set(stored.map((entry) => entry.id));
    const waiting = [...stored, ...[...this.#unsent.values()].filter((entry) => !known.has(entry.id))];
    return waiting.filter((entry) => !this.#parked.has(entry.id));
  }

  async #drop(ids) {
    await this.#store.remove(ids).catch(() => {});
    this.#channel.postMessage([...ids]);
    this.#forget(ids);
  }

  #forget(ids) {
    for (const id of ids) this.#unsent.delete(id);
    this.#tell();
  }

  #well() {
    this.#trouble = "";
    this.#pause = FIRST_PAUSE;
    this.#tell();
  }

  #leave() {
    const entries = [...this.#unsent.values()].slice(0, BEACON_ENTRIES);
    if (entries.length) farewell({ user: this.#user, ...this.#demand(), want: 0, entries });
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
