/* How far the day has come: what the server said last, and what was saved since. It does not count with every call. */
export class Day {
  #told;
  #done = 0;

  constructor(progress) {
    this.#told = progress ?? { today: 0, waiting: 0 };
  }

  told(progress) {
    if (!progress) return;
    this.#told = progress;
    this.#done = 0;
  }

  saved({ status, entry }, undone) {
    if (status !== "saved" && status !== "late") return;
    if (entry.kind === "answer") this.#done += 1;
    if (entry.kind === "undo" && undone === "answer") this.#done -= 1;
  }

  /** With the answers that are still on their way. */
  figures(unsent) {
    const { today, waiting, waiting_more: more = false } = this.#told;
    const done = this.#done + unsent;
    return { today: Math.max(0, today + done), waiting: more ? waiting : Math.max(0, waiting - done), more };
  }
}
