/* The way back: the last twenty answers of this tab, faces and all, so that undoing paints at once, even after a reload. */
import { recall, remember } from "./memory.js";

const DEEP = 20;

export class History {
  #key;
  #steps;

  constructor(user, question) {
    this.#key = `mtf-history-${user}-${question}`;
    this.#steps = recall("sessionStorage", this.#key, []);
  }

  get empty() {
    return !this.#steps.length;
  }

  /** Oldest first. */
  get steps() {
    return this.#steps;
  }

  /** A step is {id, kind, item, shown, values}: `shown` is how it looks among the last ten. */
  push(step) {
    this.#keep([...this.#steps, step].slice(-DEEP));
  }

  get last() {
    return this.#steps.at(-1);
  }

  find(id) {
    return this.#steps.find((step) => step.id === id);
  }

  forget(id) {
    this.#keep(this.#steps.filter((step) => step.id !== id));
  }

  #keep(steps) {
    this.#steps = steps;
    remember("sessionStorage", this.#key, steps);
  }
}
