/* The least time a grid is looked at before it can be committed: time in which the page can be seen. */
import { slot } from "../review/dom.js";
import { say } from "./words.js";

const STEP = 100;

export class Dwell {
  #wanted = 0;
  #spent = 0;
  #timer = 0;

  get over() {
    return this.#spent >= this.#wanted;
  }

  /** `spent`: what was looked at earlier, before an undo brought it back. */
  start(wanted, spent = 0) {
    clearInterval(this.#timer);
    this.#wanted = wanted;
    this.#spent = spent;
    this.#show();
    if (this.over) return;
    slot("dwell-said").textContent = "";
    this.#timer = setInterval(() => this.#tick(), STEP);
  }

  stop() {
    clearInterval(this.#timer);
    slot("dwell").hidden = true;
  }

  #tick() {
    if (document.hidden) return;
    this.#spent += STEP;
    this.#show();
    if (!this.over) return;
    clearInterval(this.#timer);
    slot("dwell-said").textContent = say("ready");
  }

  #show() {
    slot("commit").ariaDisabled = String(!this.over);
    const bar = slot("dwell");
    Object.assign(bar, { max: Math.max(1, this.#wanted), value: Math.min(this.#spent, this.#wanted) });
    bar.hidden = false;
    bar.classList.toggle("over", this.over);
  }
}
