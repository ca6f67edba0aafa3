/* Question two: race, gender, age, one after the other. A digit or a click answers the marked field and moves on. */
import { make } from "./dom.js";
import { text } from "./texts.js";

export class Fields {
  #groups;
  #asked = [];
  #now = 0;
  #marked;

  /** `finished` is called when a click answered the last field, `marked` with the words of the field that is asked now. */
  constructor(form, finished, marked) {
    this.#groups = [...form.querySelectorAll("[data-field]")];
    this.#marked = marked;
    for (const group of this.#groups) {
      group.addEventListener("click", (event) => this.#clicked(event, group, finished));
      group.addEventListener("focusin", () => this.#mark(this.#asked.indexOf(group)));
    }
  }

  /** {race: 3, gender: 0}: what is answered so far, 0 for "cannot tell". */
  get values() {
    const answered = this.#asked.map((group) => [group.dataset.field, group.querySelector(":checked")?.value]);
    return Object.fromEntries(answered.filter(([, value]) => value !== undefined).map(([code, value]) => [code, Number(value)]));
  }

  get complete() {
    return this.#asked.every((group) => group.querySelector(":checked"));
  }

  get begun() {
    return this.#asked.some((group) => group.querySelector(":checked"));
  }

  /** True when every field has its answer. */
  answer(digit) {
    const choice = this.#asked[this.#now]?.querySelector(`input[value="${digit}"]`);
    if (!choice) return false;
    choice.checked = true;
    if (this.complete) return true;
    this.#mark(this.#firstOpen());
    return false;
  }

  markOpen() {
    this.#mark(this.#firstOpen());
  }

  /** One field back; false at the first, where going back means the face before. */
  back() {
    if (this.#now === 0) return false;
    this.#mark(this.#now - 1);
    this.#clear(this.#asked[this.#now]);
    return true;
  }

  /** The fields that a face asks, with what is answered already; an undone face comes back without its last answer. */
  open(codes, values, claimed = {}) {
    for (const group of this.#groups) {
      const isAsked = codes.includes(group.dataset.field);
      group.hidden = group.disabled = !isAsked;
      for (const choice of group.querySelectorAll("input")) this.#set(choice, values[group.dataset.field], claimed[group.dataset.field]);
    }
    this.#asked = this.#groups.filter((group) => !group.hidden);
    if (this.complete) this.#clear(this.#asked.at(-1));
    this.#mark(this.#firstOpen());
  }

  #set(choice, value, claimed) {
    const code = Number(choice.value);
    choice.checked = value === code;
    const chip = choice.closest(".chip");
    const note = chip.querySelector(".claimed");
    if (claimed !== code) note?.remove();
    else if (!note) choice.after(make("span", { className: "claimed", textContent: text("claimed") }));
  }

  #firstOpen() {
    const open = this.#asked.findIndex((group) => !group.querySelector(":checked"));
    return open < 0 ? this.#asked.length - 1 : open;
  }

  #clicked(event, group, finished) {
    const choice = event.target.closest("label.chip")?.querySelector("input");
    if (!choice || event.target === choice) return;
    event.preventDefault();
    this.#mark(this.#asked.indexOf(group));
    if (this.answer(choice.value)) finished();
  }

  #clear(group) {
    for (const choice of group?.querySelectorAll("input") ?? []) choice.checked = false;
  }

  #mark(place) {
    if (place < 0) return;
    this.#now = place;
    for (const [index, group] of this.#asked.entries()) group.classList.toggle("now", index === place);
    this.#marked(this.#asked[place]?.querySelector("legend").textContent ?? "");
  }
}
