/* The face beside the references, one after the other, at equal scale and zoom. */
import { make } from "./dom.js";
import { text } from "./texts.js";
import { Zoom } from "./zoom.js";

export class Compare {
  #box;
  #zoom;
  #references = [];
  #place = 0;

  constructor(box) {
    this.#box = box;
    this.#zoom = new Zoom(box);
    box.addEventListener("click", (event) => {
      const by = event.target.closest("[data-step]")?.dataset.step;
      const thumb = event.target.closest("[data-thumb]")?.dataset.thumb;
      if (by) this.#show(this.#place + Number(by));
      if (thumb) this.#show(Number(thumb));
    });
    box.addEventListener("keydown", (event) => this.#typed(event));
  }

  open({ crop, identity }) {
    const known = identity?.reference_picture;
    this.#references = identity?.references.length ? identity.references : known ? [known.picture] : [];
    this.#slot("compare-crop").replaceChildren(make("img", { src: crop, alt: text("face") }));
    this.#slot("compare-name").textContent = identity?.name ?? "";
    this.#slot("compare-none").hidden = this.#references.length > 0;
    this.#slot("compare-thumbs").replaceChildren(...this.#references.map((src, place) => this.#thumb(src, place)));
    for (const button of this.#box.querySelectorAll("[data-step]")) button.disabled = this.#references.length < 2;
    this.#zoom.fit();
    this.#show(0);
    this.#box.showModal();
  }

  #slot(name) {
    return this.#box.querySelector(`[data-slot="${name}"]`);
  }

  #thumb(src, place) {
    const button = make("button", { type: "button", className: "thumb", ariaLabel: text("referenceN", { n: place + 1 }) }, make("img", { src, alt: "", width: 56, height: 56 }));
    button.dataset.thumb = place;
    return button;
  }

  #show(place) {
    const all = this.#references.length;
    if (!all) return this.#slot("compare-reference").replaceChildren();
    this.#place = (place + all) % all;
    this.#slot("compare-reference").replaceChildren(make("img", { src: this.#references[this.#place], alt: text("reference") }));
    this.#slot("compare-place").textContent = text("referencePlace", { n: this.#place + 1, all });
    for (const thumb of this.#box.querySelectorAll("[data-thumb]")) thumb.ariaPressed = String(Number(thumb.dataset.thumb) === this.#place);
  }

  #typed(event) {
    if (event.key === "ArrowRight" || event.key === "ArrowDown") this.#show(this.#place + 1);
    else if (event.key === "ArrowLeft" || event.key === "ArrowUp") this.#show(this.#place - 1);
    else return;
    event.preventDefault();
  }
}
