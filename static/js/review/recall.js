/* Faces of an earlier page's answers that were taken back: they come with a later reply. Until then nothing is asked, or a
key that is meant for the one face would meet the other. */
export class Recall {
  #queue;
  #outbox;
  #run;
  #awaited = new Map(); // claim → id of the undo that frees it, null where nothing has to
  #isAsked = false;

  /** `run`, of one field over many faces, if there is one. */
  constructor(queue, outbox, run) {
    this.#queue = queue;
    this.#outbox = outbox;
    this.#run = run;
  }

  get isOn() {
    return this.#awaited.size > 0;
  }

  await(claim, undo = null) {
    this.#queue.recall(claim);
    this.#awaited.set(claim, undo);
    this.#isAsked = false;
  }

  /** To be called when a call is made up: its reply may bring them. */
  asked() {
    this.#isAsked = true;
  }

  /** To be called after a reply, and when something is wrong: whether the wait has just ended, in vain or not. */
  ends() {
    if (!this.isOn || !(this.#outbox.state.trouble || this.#isOver)) return false;
    this.#awaited.clear();
    for (const item of this.#queue.stopRecalling()) this.#run?.reopen(item, {});
    return true;
  }

  get #isOver() {
    const isIn = (undo) => this.#isAsked && !(undo && this.#outbox.has(undo));
    return [...this.#awaited].every(([claim, undo]) => this.#queue.holds(claim) || isIn(undo));
  }
}
