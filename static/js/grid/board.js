/* The tiles on the screen, and which of them is the current one. */
import { make, slot } from "../review/dom.js";
import { describe } from "./marks.js";
import { say } from "./words.js";

const GAP = 8;
const WIDE = 1100;
const MARGIN = 12;
const LEAST = 480;
const place = slot("tiles");

/** As many columns as make the tiles largest in the room that there is. */
function columnsFor(count, width, height) {
  let best = { columns: 1, side: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const side = Math.min((width - GAP * (columns - 1)) / columns, (height - GAP * (rows - 1)) / rows);
    if (side > best.side) best = { columns, side };
  }
  return best;
}

export class Board {
  #policy;
  #moved;
  #grid = null;
  #tiles = [];
  #current = 0;
  #columns = 1;

  /** `moved` is told the item of the face that is now the current one. */
  constructor(policy, moved) {
    this.#policy = policy;
    this.#moved = moved;
    new ResizeObserver(() => this.#arrange()).observe(place.parentElement);
  }

  get item() {
    return this.#grid?.items[this.#current] ?? null;
  }

  /** `pictureOf` gives the decoded picture of an item. */
  show(grid, pictureOf) {
    this.#grid = grid;
    this.#tiles = grid.items.map((item, index) => this.#tile(item, index, pictureOf(item)));
    place.replaceChildren(...this.#tiles);
    this.#arrange();
    this.#current = -1;
    this.go(0, !document.activeElement?.closest("aside, dialog")); // who reads the guideline goes on reading
    for (const item of grid.items) this.paint(item.claim);
  }

  clear() {
    this.#grid = null;
    this.#tiles = [];
    place.replaceChildren();
  }

  #tile(item, index, image) {
    const face = make("button", { type: "button", className: "face", tabIndex: -1 }, image, make("span", { className: "sign", ariaHidden: "true" }));
    const more = make("button", { type: "button", className: "more", tabIndex: -1, textContent: "⋯", title: say("menu", { n: index + 1 }), ariaLabel: say("menu", { n: index + 1 }) });
    const tile = make("li", { className: "tile" }, face, more);
    tile.dataset.claim = item.claim;
    image.alt = "";
    image.draggable = false;
    return tile;
  }

  paint(claim) {
    const index = this.#grid.items.findIndex((item) => item.claim === claim);
    const tile = this.#tiles[index];
    const { sign, words, label, tone } = describe(this.#grid.marks[claim], this.#policy);
    tile.dataset.tone = tone;
    tile.querySelector(".sign").textContent = `${sign} ${words}`.trim();
    tile.querySelector(".face").ariaLabel = say("tile", { n: index + 1, all: this.#tiles.length, what: label });
  }

  indexOf(element) {
    return this.#tiles.indexOf(element.closest(".tile"));
  }

  go(index, takesFocus = true) {
    this.#tiles[this.#current]?.classList.remove("now");
    if (this.#tiles[this.#current]) this.#face().tabIndex = -1;
    this.#current = index;
    this.#tiles[index].classList.add("now");
    this.#face().tabIndex = 0;
    if (takesFocus) this.focus();
    this.#moved(this.item);
  }

  focus() {
    if (this.#tiles[this.#current]) this.#face().focus({ preventScroll: innerWidth > WIDE });
  }

  #face() {
    return this.#tiles[this.#current].querySelector(".face");
  }

  /** Past an edge one comes in from the other side, so that no way is long. */
  move(across, down) {
    const count = this.#tiles.length;
    if (!count) return;
    if (across) return this.go((this.#current + across + count) % count);
    const column = this.#current % this.#columns;
    const rows = Math.ceil((count - column) / this.#columns); // the last row may be short
    const row = (Math.floor(this.#current / this.#columns) + down + rows) % rows;
    this.go(row * this.#columns + column);
  }

  #arrange() {
    if (!this.#tiles.length) return;
    const { clientWidth, clientHeight } = place.parentElement;
    const { paddingLeft, paddingTop } = getComputedStyle(place.parentElement);
    const above = place.parentElement.getBoundingClientRect().top + scrollY; // on a tablet the panel stands above
    const tall = innerWidth > WIDE ? clientHeight : Math.max(innerHeight - above - MARGIN, LEAST);
    const fit = columnsFor(this.#tiles.length, clientWidth - 2 * parseFloat(paddingLeft), tall - 2 * parseFloat(paddingTop));
    this.#columns = fit.columns;
    place.style.setProperty("--columns", fit.columns);
    place.style.setProperty("--side", `${Math.floor(fit.side)}px`);
  }
}
