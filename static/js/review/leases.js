/* The faces this page holds are nobody else's meanwhile: kept while somebody looks, given back when the page goes.

Each tab of a person says what it holds, so that none gives back what another shows, nor asks it a second time. */
import { giveBack, heartbeat } from "./wire.js";
import { forget, recall, remember } from "./memory.js";
import { uuid } from "./browser.js";

const BEAT = 60_000;
const IDLE = 300_000;
const FRESH = 3 * BEAT; // a tab that says nothing for so long is gone
const LATELY = 80; // claims answered here, of which a new tab is told: its page may have been made before

export class Leases {
  #user;
  #question;
  #claims;
  #tab = uuid();
  #others = new Map(); // tab → {claims, at}
  #channel;
  #usedAt = Date.now();
  #answered = [];
  #told;

  /** `claims` tells what is held here and not answered. `back` is called when the page is shown again after it was left,
   *  `shared` with claims that an older tab holds too, `answered` with those that another tab has just answered. */
  constructor(user, question, claims, { back, shared, answered }) {
    this.#user = user;
    this.#question = question;
    this.#claims = claims;
    this.#told = { shared, answered };
    this.#channel = new BroadcastChannel(`mtf-desk-${user}-${question}`);
    this.#channel.onmessage = ({ data }) => this.#heard(data);
    this.#channel.postMessage({ tab: this.#tab, asks: true, claims: claims() });
    for (const sign of ["keydown", "pointerdown", "pointermove"]) {
      addEventListener(sign, () => { this.#usedAt = Date.now(); }, { passive: true });
    }
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", (event) => event.persisted && back());
    setInterval(() => this.#beat(), BEAT);
  }

  /** A page that is read anew is made before the old one goes: what the old one gave back is to be asked for again. */
  get wereGivenBack() {
    const left = recall("sessionStorage", this.#key, false);
    forget("sessionStorage", this.#key);
    return left;
  }

  get #key() {
    return `mtf-left-${this.#user}-${this.#question}`;
  }

  /** To be called whenever the faces at hand have changed. */
  changed() {
    this.#channel.postMessage({ tab: this.#tab, claims: this.#claims() });
  }

  /** To be called with what was answered here: another tab may show it as well. */
  answered(claims) {
    this.#answered = [...this.#answered, ...claims].slice(-LATELY);
    this.#channel.postMessage({ tab: this.#tab, claims: this.#claims(), answered: claims });
  }

  /** Claims that other tabs hold. */
  get elsewhere() {
    const held = [...this.#others.values()].filter(({ at }) => Date.now() - at < FRESH);
    return new Set(held.flatMap(({ claims }) => claims));
  }

  #heard({ tab, claims, asks = false, to = "", answered = [] }) {
    this.#others.set(tab, { claims, at: Date.now() });
    if (asks) this.#welcome(tab);
    if (to && to !== this.#tab) return;
    if (answered.length) this.#told.answered(answered);
    if (to) this.#told.shared(claims);
  }

  #welcome(tab) {
    const claims = this.#claims();
    const answered = this.#answered.filter((claim) => !claims.includes(claim)); // what was taken back is here again
    this.#channel.postMessage({ tab: this.#tab, claims, answered, to: tab });
  }

  #beat() {
    this.changed();
    const isUsed = !document.hidden && Date.now() - this.#usedAt < IDLE;
    if (isUsed && this.#claims().length) heartbeat({ user: this.#user, question: this.#question });
  }

  #leave() {
    this.#channel.postMessage({ tab: this.#tab, claims: [] });
    const { elsewhere } = this;
    const claims = this.#claims().filter((claim) => !elsewhere.has(claim));
    if (claims.length && giveBack({ user: this.#user, question: this.#question, claims })) remember("sessionStorage", this.#key, true);
  }
}
