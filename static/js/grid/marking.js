/* What hands say of single faces: marks, words that a mark wants, flags. */
import { askComment, askIdentity, askReason } from "../review/dialogs.js";
import { desk, toast } from "../review/dom.js";
import { askMark } from "./dialogs.js";
import { markOf, same } from "./marks.js";
import { text } from "../review/texts.js";
import { uuid } from "../review/browser.js";

const ELSEWHERE = ["photo", "compare", "relabel", "flag"]; // in the menu of a face, beside the marks

export class Marking {
  #board;
  #outbox;
  #grid;
  #marked;
  #perform;

  /** `grid` tells the one on the screen, `marked` is called after each mark, `perform` does what the menu offers besides. */
  constructor(board, outbox, { grid, marked, perform }) {
    this.#board = board;
    this.#outbox = outbox;
    this.#grid = grid;
    this.#marked = marked;
    this.#perform = perform;
  }

  /** The current face; none while a grid is still coming, whatever is left of the one before. */
  get #asked() {
    return desk.dataset.state === "asking" ? this.#board.item : null;
  }

  async mark(action, item = this.#board.item) {
    if (desk.dataset.state !== "asking" || !item) return;
    let wanted = markOf(action);
    if (same(wanted, this.#grid().marks[item.claim])) wanted = null; // the second press takes it off
    if (wanted?.reason === "other" && wanted.verdict === "reject") {
      const note = await askReason();
      this.#board.focus();
      if (!note) return;
      wanted.note = note;
    }
    this.#put(wanted, item);
  }

  async relabel() {
    const item = this.#asked;
    const identity = item && (await askIdentity());
    this.#board.focus();
    if (identity) this.#put({ verdict: "relabel", identity: identity.id, name: identity.name }, item);
  }

  async flag() {
    const item = this.#asked;
    const comment = item && (await askComment());
    this.#board.focus();
    if (!comment) return;
    this.#outbox.add({ id: uuid(), kind: "flag", claim: item.claim, question: "usable", comment }, { crop: item.crop });
    toast(text("flagged"));
  }

  async menu() {
    const item = this.#asked;
    const chosen = item && (await askMark(item));
    this.#board.focus();
    if (ELSEWHERE.includes(chosen)) this.#perform(chosen);
    else if (chosen && !same(markOf(chosen), this.#grid()?.marks[item.claim] ?? null)) this.mark(chosen, item);
  }

  #put(wanted, { claim }) {
    const grid = this.#grid();
    if (!grid?.items.some((item) => item.claim === claim)) return; // it has left the grid meanwhile
    if (wanted) grid.marks[claim] = wanted;
    else delete grid.marks[claim];
    this.#board.paint(claim);
    this.#marked();
  }
}
