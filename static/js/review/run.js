/* One field in a run over the faces at hand, then the next: whoever judges one thing at a time judges it more evenly.

A face's answer goes out when its last field is answered. What is answered so far outlives a reload. */
import { recall, remember } from "./memory.js";

const LONGEST = 10;

export class Run {
  #key;
  #codes;
  #claims = [];
  #values = {}; // claim → {race: 3}
  #steps = []; // {claim, field}, the newest last
  #pinned = null;
  #field = "";
  #asked = []; // those of the claims whose faces want this field: some may want another only

  constructor(user, codes) {
    this.#key = `mtf-run-${user}`;
    this.#codes = codes;
    const kept = recall("sessionStorage", this.#key, {});
    this.#claims = kept.claims ?? [];
    this.#values = kept.values ?? {};
    this.#steps = kept.steps ?? [];
  }

  /** The field that is asked now. */
  get field() {
    return this.#field;
  }

  /** {n, all}: which of how many faces is asked for it. */
  get place() {
    const answered = this.#asked.filter((claim) => this.#field in (this.#values[claim] ?? {})).length;
    return { n: Math.min(answered + 1, this.#asked.length), all: this.#asked.length };
  }

  asks({ asks }) {
    return asks?.length ? this.#codes.filter((code) => asks.includes(code)) : this.#codes;
  }

  values({ claim }) {
    return this.#values[claim] ?? {};
  }

  /** Brings the face to be asked next to the front of the queue. */
  turn(queue) {
    this.#claims = this.#claims.filter((claim) => queue.holds(claim));
    if (!this.#claims.length) this.#claims = queue.claims.slice(0, LONGEST);
    const byClaim = new Map(queue.items.map((item) => [item.claim, item]));
    const spot = this.#pinned && byClaim.has(this.#pinned.claim) ? this.#pinned : this.#firstOpen(byClaim);
    this.#pinned = null;
    if (!spot) return;
    this.#field = spot.field;
    this.#asked = this.#claims.filter((claim) => this.asks(byClaim.get(claim)).includes(spot.field));
    queue.bring(spot.claim);
  }

  /** True when the face has all its answers. */
  answer(item, value) {
    this.#values[item.claim] = { ...this.values(item), [this.#field]: value };
    this.#steps.push({ claim: item.claim, field: this.#field });
    this.#keep();
    return this.asks(item).every((code) => code in this.#values[item.claim]);
  }

  /** One field back, on whichever face it was; false where the last thing done was sent already. */
  back(queue, lastSent) {
    while (this.#steps.length && !this.#isOpen(this.#steps.at(-1), queue)) {
      if (this.#steps.at(-1).claim === lastSent) return false;
      this.#steps.pop();
    }
    const step = this.#steps.pop();
    if (!step) return false;
    delete this.#values[step.claim][step.field];
    this.#pinned = step;
    this.#keep();
    return true;
  }

  /** The face has left the queue. */
  left({ claim }) {
    delete this.#values[claim];
    this.#claims = this.#claims.filter((other) => other !== claim);
    this.#keep();
  }

  /** Passed by: the way back leads over it. */
  skipped(item) {
    this.#steps.push({ claim: item.claim, field: "" });
    this.left(item);
  }

  /** An answer was taken back: its face is asked its last field again. */
  reopen(item, values) {
    const asked = this.asks(item);
    const given = asked.filter((code) => code in values);
    const last = given.length === asked.length ? asked.at(-1) : asked.find((code) => !(code in values));
    this.#values[item.claim] = Object.fromEntries(given.filter((code) => code !== last).map((code) => [code, values[code]]));
    this.#steps = this.#steps.filter((step) => step.claim !== item.claim || (step.field && step.field !== last));
    if (!this.#claims.includes(item.claim)) this.#claims.unshift(item.claim);
    this.#pinned = { claim: item.claim, field: last };
    this.#keep();
  }

  #isOpen({ claim, field }, queue) {
    return queue.holds(claim) && field in (this.#values[claim] ?? {});
  }

  #firstOpen(byClaim) {
    for (const field of this.#codes) {
      const claim = this.#claims.find((one) => this.asks(byClaim.get(one)).includes(field) && !(field in (this.#values[one] ?? {})));
      if (claim !== undefined) return { claim, field };
    }
    return null;
  }

  #keep() {
    this.#steps = this.#steps.slice(-LONGEST * this.#codes.length);
    remember("sessionStorage", this.#key, { claims: this.#claims, values: this.#values, steps: this.#steps });
  }
}
