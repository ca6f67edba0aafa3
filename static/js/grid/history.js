/* The way back: the last grids of this tab with their marks and the ids of their answers, kept over a reload. */
const DEEP = 5;

export class History {
  #key;
  #steps;

  constructor(user) {
    this.#key = `mtf-grids-${user}`;
    this.#steps = JSON.parse(sessionStorage.getItem(this.#key) ?? "[]");
  }

  get empty() {
    return !this.#steps.length;
  }

  get claims() {
    return this.#steps.flatMap(({ grid }) => grid.items.map((item) => item.claim));
  }

  /** A step is {grid, ids}. */
  push(step) {
    this.#keep([...this.#steps, step].slice(-DEEP));
  }

  pop() {
    const step = this.#steps.at(-1);
    this.#keep(this.#steps.slice(0, -1));
    return step;
  }

  #keep(steps) {
    this.#steps = steps;
    sessionStorage.setItem(this.#key, JSON.stringify(steps));
  }
}
