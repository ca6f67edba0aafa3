/* The way back: the last twenty answers of this tab, faces and all, so that undoing paints at once, even after a reload. */
const DEEP = 20;

export class History {
  #key;
  #steps;

  constructor(user, question) {
    this.#key = `mtf-history-${user}-${question}`;
    this.#steps = JSON.parse(sessionStorage.getItem(this.#key) ?? "[]");
  }

  get empty() {
    return !this.#steps.length;
  }

  /** A step is {id, item, label, values}. */
  push(step) {
    this.#keep([...this.#steps, step].slice(-DEEP));
  }

  pop() {
    const step = this.#steps.at(-1);
    this.#keep(this.#steps.slice(0, -1));
    return step;
  }

  find(id) {
    return this.#steps.find((step) => step.id === id);
  }

  forget(id) {
    this.#keep(this.#steps.filter((step) => step.id !== id));
  }

  #keep(steps) {
    this.#steps = steps;
    sessionStorage.setItem(this.#key, JSON.stringify(steps));
  }
}
