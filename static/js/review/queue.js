/* The faces held by this page: the first is on the screen, the next five are decoded and ready to be painted. */
const LEASE = 10;
const TOP_UP_AT = 4;
const DECODED = 6;

function load(url, priority) {
  const image = new Image(470, 470);
  image.decoding = "sync";
  image.fetchPriority = priority;
  image.src = url;
  const picture = { image, ready: false, broken: false, loaded: image.decode() };
  picture.loaded.then(() => { picture.ready = true; }, () => { picture.broken = true; });
  return picture;
}

export class Queue {
  #items;
  #answered = new Set();
  #recalled = new Set();
  #pictures = new Map();

  constructor(items) {
    this.#items = items;
    this.#decode();
  }

  get current() {
    return this.#items[0] ?? null;
  }

  get claims() {
    return this.#items.map((item) => item.claim);
  }

  get want() {
    return (this.#items.length > TOP_UP_AT ? 0 : LEASE - this.#items.length) + this.#recalled.size;
  }

  get soon() {
    return this.#items.slice(1, 3);
  }

  picture(item) {
    const known = this.#pictures.get(item.claim);
    if (known && !known.broken) return known;
    const picture = load(item.crop, "high");
    this.#pictures.set(item.claim, picture);
    return picture;
  }

  next() {
    const item = this.#items.shift();
    this.#answered.add(item.claim);
    this.#decode();
    return item;
  }

  putBack(item) {
    this.drop(item.claim);
    this.#answered.delete(item.claim);
    this.#items.unshift(item);
  }

  drop(claim) {
    this.#items = this.#items.filter((item) => item.claim !== claim);
  }

  /** Answers of an earlier page that are still on their way. */
  setAside(claims) {
    for (const claim of claims) {
      this.drop(claim);
      this.#answered.add(claim);
    }
  }

  /** An answer of an earlier page was undone: its face comes back with the next batch, and first. */
  recall(claim) {
    this.#answered.delete(claim);
    this.#recalled.add(claim);
  }

  allow(claim) {
    this.#answered.delete(claim);
  }

  /** What is held or was answered here is not taken twice, however late a reply comes. */
  add(items) {
    const held = new Set([...this.claims, ...this.#answered]);
    const fresh = items.filter((item) => !held.has(item.claim));
    this.#items.unshift(...fresh.filter((item) => this.#recalled.has(item.claim)));
    this.#items.push(...fresh.filter((item) => !this.#recalled.has(item.claim)));
    for (const item of fresh) this.#recalled.delete(item.claim);
    this.#decode();
  }

  #decode() {
    const near = this.#items.slice(0, DECODED);
    const claims = new Set(near.map((item) => item.claim));
    for (const claim of this.#pictures.keys()) if (!claims.has(claim)) this.#pictures.delete(claim);
    for (const item of near) if (!this.#pictures.has(item.claim)) this.#pictures.set(item.claim, load(item.crop, "auto"));
  }
}
