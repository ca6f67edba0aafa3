/* Question two: race, gender, age, one after the other. A digit or a click answers the marked field and moves on. */
export class Fields {
  #groups;
  #now = 0;

  constructor(form, finished) {
    this.#groups = [...form.querySelectorAll("[data-field]")];
    for (const [place, group] of this.#groups.entries()) {
      group.addEventListener("click", (event) => this.#clicked(event, place, finished));
      group.addEventListener("focusin", () => this.#mark(place));
    }
  }

  /** {race: 3, gender: 0}: what is answered so far, 0 for "cannot tell". */
  get values() {
    const answered = this.#groups.map((group) => [group.dataset.field, group.querySelector(":checked")?.value]);
    return Object.fromEntries(answered.filter(([, value]) => value !== undefined).map(([code, value]) => [code, Number(value)]));
  }

  get complete() {
    return this.#groups.every((group) => group.querySelector(":checked"));
  }

  /** True when every field has its answer. */
  answer(digit) {
    const choice = this.#groups[this.#now].querySelector(`input[value="${digit}"]`);
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
    this.#clear(this.#now);
    return true;
  }

  /** An undone face comes back with its answers, the last of them to be given again. */
  fill(values) {
    for (const group of this.#groups) {
      for (const choice of group.querySelectorAll("input")) choice.checked = values[group.dataset.field] === Number(choice.value);
    }
    const last = this.#groups.length - 1;
    this.#clear(last);
    this.#mark(this.#firstOpen());
  }

  #firstOpen() {
    const open = this.#groups.findIndex((group) => !group.querySelector(":checked"));
    return open < 0 ? this.#groups.length - 1 : open;
  }

  #clicked(event, place, finished) {
    const choice = event.target.closest("label.chip")?.querySelector("input");
    if (!choice || event.target === choice) return;
    event.preventDefault();
    this.#mark(place);
    if (this.answer(choice.value)) finished();
  }

  #clear(place) {
    for (const choice of this.#groups[place].querySelectorAll("input")) choice.checked = false;
  }

  #mark(place) {
    this.#now = place;
    for (const [index, group] of this.#groups.entries()) group.classList.toggle("now", index === place);
  }
}
