/* The grids to come: the next one is fetched and its pictures are decoded while the present one is judged. */
import { desk } from "../review/dom.js";

const PATIENCE = 20_000;
const AGAIN = 3_000;
const MOST = 200; // claims that the server listens to

function load(url) {
  const image = new Image(160, 160);
  image.decoding = "sync";
  image.src = url;
  return { image, broken: false, loaded: image.decode() };
}

export class Shelf extends EventTarget {
  #ahead = [];
  #pictures = new Map();
  #have;
  #fetching = null;

  /** `have` tells the claims that must not come again. */
  constructor(have) {
    super();
    this.#have = have;
  }

  get claims() {
    return this.#ahead.flatMap((grid) => grid.items.map((item) => item.claim));
  }

  picture(item) {
    const known = this.#pictures.get(item.claim);
    if (known && !known.broken) return known;
    const picture = load(item.crop);
    picture.loaded = picture.loaded.catch(() => { picture.broken = true; });
    this.#pictures.set(item.claim, picture);
    return picture;
  }

  /** What did not arrive is asked for once more. */
  async decode(grid) {
    for (let attempt = 0; attempt < 2; attempt++) await Promise.all(grid.items.map((item) => this.picture(item).loaded));
    return grid;
  }

  putFirst(grid) {
    this.#ahead.unshift(grid);
  }

  take() {
    return this.#ahead.shift() ?? null;
  }

  leaveOut(claims) {
    const left = this.#ahead.map((grid) => ({ ...grid, items: grid.items.filter((item) => !claims.includes(item.claim)) }));
    this.#ahead = left.filter((grid) => grid.items.length);
  }

  keepOnly(claims) {
    for (const claim of this.#pictures.keys()) if (!claims.has(claim)) this.#pictures.delete(claim);
  }

  /** Sees to it that a grid is ready; tells of what came by "batch", and of a lost connection by "offline". */
  stock() {
    if (!this.#ahead.length) this.#fetching ??= this.#fetch().finally(() => { this.#fetching = null; });
    return this.#fetching;
  }

  async #fetch() {
    try {
      const url = new URL(desk.dataset.next, location.href);
      url.searchParams.set("have", this.#have().slice(0, MOST).join());
      const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok || answer.redirected) throw new Error(`HTTP ${answer.status}`);
      const batch = await answer.json();
      const known = new Set([...this.#have(), ...this.claims]); // what was taken back meanwhile is on hand again
      batch.items = batch.items.filter((item) => !known.has(item.claim));
      if (batch.items.length) this.#ahead.push(await this.decode({ ...batch, marks: {} }));
      this.dispatchEvent(new CustomEvent("batch", { detail: batch }));
    } catch (fault) {
      console.warn("the next grid did not come", fault);
      this.dispatchEvent(new Event("offline"));
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }
}
