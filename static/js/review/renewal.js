/* A new policy asks differently: once nothing is on its way, the page is read anew. */
import { recall, remember, forget } from "./memory.js";
import { text } from "./texts.js";
import { toast } from "./dom.js";

const SEEN = "mtf-policy-renewed";
const SAY = "mtf-policy-say";

export class Renewal {
  #mine;
  #theirs;

  constructor(version) {
    this.#mine = this.#theirs = version;
  }

  told(version) {
    this.#theirs = version ?? this.#theirs;
  }

  /** Once a version: a page that comes back as old as before must not turn in circles. */
  perhaps(isQuiet) {
    if (!isQuiet || this.#theirs === this.#mine || recall("sessionStorage", SEEN, null) === this.#theirs) return;
    remember("sessionStorage", SEEN, this.#theirs);
    remember("sessionStorage", SAY, true);
    location.reload();
  }

  say() {
    if (recall("sessionStorage", SAY, false)) toast(text("newPolicy"), "told");
    forget("sessionStorage", SAY);
  }
}
