/* The faces this page holds are nobody else's meanwhile: kept while somebody looks, given back when the page goes.

Each tab of a person says what it holds, so that none gives back what another shows. */
import { giveBack, heartbeat } from "./wire.js";
import { forget, recall, remember } from "./memory.js";
import { uuid } from "./browser.js";

const BEAT = 60_000;
const IDLE = 300_000;

export class Leases {
  #user;
  #question;
  #claims;
  #tab = uuid();
  #others = new Map();
  #channel;
  #usedAt = Date.now();

  /** `claims` tells what is held here and not answered; `back` is called when the page is shown again after it was left. */
  constructor(user, question, claims, back) {
    this.#user = user;
    this.#question = question;
    this.#claims = claims;
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

  #heard({ tab, claims, asks = false }) {
    this.#others.set(tab, new Set(claims));
    if (asks) this.changed();
  }

  #beat() {
    const isUsed = !document.hidden && Date.now() - this.#usedAt < IDLE;
    if (isUsed && this.#claims().length) heartbeat({ user: this.#user, question: this.#question });
  }

  #leave() {
    this.#channel.postMessage({ tab: this.#tab, claims: [] });
    const elsewhere = [...this.#others.values()];
    const claims = this.#claims().filter((claim) => !elsewhere.some((held) => held.has(claim)));
    if (claims.length && giveBack({ user: this.#user, question: this.#question, claims })) remember("sessionStorage", this.#key, true);
  }
}
