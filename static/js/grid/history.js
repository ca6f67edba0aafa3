/* The way back: the last grids of this tab with their marks and the ids of their answers, kept over a reload. */
import { recall, remember } from "../review/memory.js";

const DEEP = 5;

export class History {
  #key;
  #steps;

  constructor(user) {
    this.#key = `mtf-grids-${user}`;
    this.#steps = recall("sessionStorage", this.#key, []);
  }

  get empty() {
    return !this.#steps.length;
  }

  get claims() {
    return this.#steps.flatMap(({ grid }) => grid.items.map((item) => item.claim));
  }

  /** A step is {grid, ids}: the id of each face's answer stands where the face does. */
  push(step) {
    this.#keep([...this.#steps, step].slice(-DEEP));
  }

  pop() {
    const step = this.#steps.at(-1);
    this.#keep(this.#steps.slice(0, -1));
    return step;
  }

  /** The face with that answer is no longer part of its grid. */
  leaveOut(id) {
    this.#keep(this.#steps.map((step) => without(step, step.ids.indexOf(id))).filter(({ ids }) => ids.length));
  }

  #keep(steps) {
    this.#steps = steps;
    remember("sessionStorage", this.#key, steps);
  }
}

function without({ grid, ids }, place) {
  if (place < 0) return { grid, ids };
  const { [grid.items[place].claim]: _mark, ...marks } = grid.marks;
  return { grid: { ...grid, marks, items: grid.items.toSpliced(place, 1) }, ids: ids.toSpliced(place, 1) };
}
