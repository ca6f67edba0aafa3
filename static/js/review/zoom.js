/* Looks closer at one or several pictures at once: same scale and same place in all. Wheel, drag, + and −, 0 fits. */
const STEP = 1.4;
const MOST = 8;

export class Zoom {
  #box;
  #scale = 1;
  #x = 0;
  #y = 0;
  #from = null;

  /** `box` is the dialog; its [data-zoom] frames hold the pictures, its [data-zoom-by] buttons zoom. */
  constructor(box) {
    this.#box = box;
    for (const frame of box.querySelectorAll("[data-zoom]")) this.#listen(frame);
    box.addEventListener("click", (event) => this.#pressed(event.target.closest("[data-zoom-by]")?.dataset.zoomBy));
    box.addEventListener("keydown", (event) => !event.ctrlKey && !event.metaKey && this.#typed(event));
  }

  fit() {
    this.#set(1, 0, 0);
  }

  /** To the middle of a box in parts of the frame, 0 to 1, as large as it goes. */
  show({ x, y, scale }) {
    this.#set(scale, (0.5 - x) * 100 * scale, (0.5 - y) * 100 * scale);
  }

  #listen(frame) {
    frame.addEventListener("wheel", (event) => { event.preventDefault(); this.#by(event.deltaY < 0 ? STEP : 1 / STEP); }, { passive: false });
    frame.addEventListener("pointerdown", (event) => { this.#from = [event.clientX, event.clientY]; frame.setPointerCapture(event.pointerId); });
    frame.addEventListener("pointermove", (event) => this.#from && this.#drag(event, frame));
    frame.addEventListener("dblclick", () => (this.#scale > 1 ? this.fit() : this.#by(STEP * STEP)));
    for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { this.#from = null; });
  }

  #drag({ clientX, clientY }, frame) {
    const [x, y] = this.#from;
    this.#from = [clientX, clientY];
    this.#set(this.#scale, this.#x + ((clientX - x) / frame.clientWidth) * 100, this.#y + ((clientY - y) / frame.clientHeight) * 100);
  }

  #pressed(by) {
    if (by === "fit") this.fit();
    else if (by) this.#by(by === "in" ? STEP : 1 / STEP);
  }

  #typed(event) {
    if (event.key === "+" || event.key === "=") this.#by(STEP);
    else if (event.key === "-") this.#by(1 / STEP);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
  }

  #by(factor) {
    const scale = Math.min(MOST, Math.max(1, this.#scale * factor));
    this.#set(scale, (this.#x * scale) / this.#scale, (this.#y * scale) / this.#scale);
  }

  #set(scale, x, y) {
    const far = (scale - 1) * 50; // no further than the picture's edge
    this.#scale = scale;
    this.#x = Math.max(-far, Math.min(far, x));
    this.#y = Math.max(-far, Math.min(far, y));
    this.#box.style.setProperty("--zoom", scale);
    this.#box.style.setProperty("--pan-x", `${this.#x}%`);
    this.#box.style.setProperty("--pan-y", `${this.#y}%`);
    for (const button of this.#box.querySelectorAll("[data-zoom-by=out], [data-zoom-by=fit]")) button.disabled = scale === 1;
  }
}
