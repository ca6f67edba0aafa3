/* "It is someone else on the list": type ahead, arrows and Enter; the recent five are on the digits. */
import { make } from "./dom.js";
import { findIdentities } from "./wire.js";
import { text } from "./texts.js";

const PAUSE = 120;
const RECENT = 5;

function without(people, others) {
  const ids = new Set(others.map(({ id }) => id));
  return people.filter(({ id }) => !ids.has(id));
}

export class Relabel {
  chosen = null;
  #done;
  #input;
  #list;
  #found = [];
  #recent = []; // chosen here: at hand before the server knows of it
  #query = "";
  #active = 0;
  #hasty = false; // Enter came before the names did
  #timer = 0;
  #search = new AbortController();

  /** `done` is called when one was chosen. */
  constructor(box, done) {
    this.#done = done;
    this.#input = box.querySelector("input");
    this.#list = box.querySelector("[role=listbox]");
    this.#input.addEventListener("keydown", (event) => this.#typed(event));
    this.#input.addEventListener("input", () => this.#later());
  }

  open() {
    this.chosen = null;
    this.#hasty = false;
    this.#input.value = this.#query = "";
    this.#input.focus();
    this.#show(this.#recent);
    this.#look();
  }

  close() {
    clearTimeout(this.#timer);
    this.#search.abort();
    return this.chosen;
  }

  get #asked() {
    return this.#input.value.trim();
  }

  #later() {
    this.#hasty = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), PAUSE);
  }

  async #look() {
    clearTimeout(this.#timer);
    this.#search.abort();
    this.#search = new AbortController();
    const query = this.#asked;
    try {
      const found = await findIdentities(query, this.#search.signal);
      this.#query = query;
      this.#show(query ? found : [...this.#recent, ...without(found, this.#recent)].slice(0, Math.max(RECENT, found.length)));
      if (this.#hasty) this.#pickPlain();
    } catch (fault) {
      if (fault.name !== "AbortError") this.#show(query ? [] : this.#recent);
    }
  }

  #show(found) {
    this.#found = found;
    const none = this.#query && !found.length ? [make("li", { className: "muted", role: "option", textContent: text("noName") })] : [];
    this.#list.replaceChildren(...found.map((identity, place) => this.#row(identity, place)), ...none);
    this.#mark(0);
  }

  #row(identity, place) {
    const digit = !this.#query && place < 5 ? [make("kbd", { textContent: place + 1 })] : [];
    const about = make("span", { className: "small muted", textContent: identity.about ?? "" });
    const row = make("li", { id: `found-${place}`, role: "option" }, ...digit, make("b", { textContent: identity.name }), about);
    row.addEventListener("click", () => this.#pick(place));
    return row;
  }

  #mark(place) {
    const size = this.#found.length;
    this.#active = size ? (place + size) % size : 0;
    for (const [index, row] of [...this.#list.children].entries()) row.ariaSelected = String(size > 0 && index === this.#active);
    if (!size) return this.#input.removeAttribute("aria-activedescendant");
    this.#input.setAttribute("aria-activedescendant", `found-${this.#active}`);
    this.#list.children[this.#active].scrollIntoView({ block: "nearest" });
  }

  /** Names found for something else than what stands in the field now are not picked. */
  #pick(place) {
    if (!this.#found[place] || this.#query !== this.#asked) return;
    this.chosen = this.#found[place];
    this.#recent = [this.chosen, ...without(this.#recent, [this.chosen])].slice(0, RECENT);
    this.#done();
  }

  /** Enter: who is marked; where the names are still on their way, whom they will show, if that is plain. */
  #enter() {
    if (this.#query === this.#asked) return this.#pick(this.#active);
    this.#hasty = true;
    this.#look();
  }

  /** The only one found, or the one of just that name: nobody has seen a list to choose from. */
  #pickPlain() {
    this.#hasty = false;
    const same = this.#found.findIndex(({ name }) => name.toLowerCase() === this.#query.toLowerCase());
    this.#pick(this.#found.length === 1 ? 0 : same);
  }

  #typed(event) {
    if (!this.#asked && /^[1-5]$/.test(event.key)) this.#pick(Number(event.key) - 1);
    else if (event.key === "ArrowDown") this.#mark(this.#active + 1);
    else if (event.key === "ArrowUp") this.#mark(this.#active - 1);
    else if (event.key === "Enter") this.#enter();
    else return;
    event.preventDefault();
  }
}
