/* The faces held by this page: the first is on the screen, the next are decoded and ready to be painted. */
const LEASE = 10;
const TOP_UP_AT = 6; // two seconds of the quickest hand, which a slow line may need
const DECODED = 10;
const KEPT = 20; // pictures of faces just answered: whoever takes one back has seen it, and goes on at once

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
  #undone = new Set(); // put back since the faces were asked for anew: the reply may have left the server before
  #pictures = new Map();
  #left = []; // claims answered here, the latest last
  #anew = false;

  constructor(items) {
    this.#items = items;
    this.#decode();
  }

  get current() {
    return this.#items[0] ?? null;
  }

  get items() {
    return this.#items;
  }

  get claims() {
    return this.#items.map((item) => item.claim);
  }

  /** What to ask the server for: {want, have}. */
  get demand() {
    if (this.#anew) return { want: LEASE, have: [] };
    const more = this.#items.length > TOP_UP_AT ? 0 : LEASE;
    return { want: more + this.#recalled.size, have: this.claims };
  }

  get soon() {
    return this.#items.slice(1, 3);
  }

  holds(claim) {
    return this.#items.some((item) => item.claim === claim);
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
    this.#undone.delete(item.claim);
    this.#left = [...this.#left.filter((claim) => claim !== item.claim), item.claim].slice(-KEPT);
    this.#decode();
    return item;
  }

  /** The face of that claim, held already, is the one on the screen. */
  bring(claim) {
    const place = this.#items.findIndex((item) => item.claim === claim);
    if (place > 0) this.#items.unshift(...this.#items.splice(place, 1));
  }

  putBack(item) {
    this.#items = this.#items.filter(({ claim }) => claim !== item.claim);
    this.#answered.delete(item.claim);
    this.#undone.add(item.claim);
    this.#items.unshift(item);
    this.#decode();
  }

  drop(claim) {
    this.#items = this.#items.filter((item) => item.claim !== claim);
    this.#undone.delete(claim);
    this.#left = this.#left.filter((other) => other !== claim);
    this.#pictures.delete(claim);
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

  /** Those that came; the others come in their turn, if they do. */
  stopRecalling() {
    const came = this.#items.filter((item) => this.#recalled.has(item.claim));
    this.#recalled.clear();
    return came;
  }

  allow(claim) {
    this.#answered.delete(claim);
  }

  /** The server has it: a face that it offers after this is asked anew. `unsent` claims have another answer on its way. */
  settled({ status, entry }, unsent) {
    if (["saved", "known", "late"].includes(status) && entry.claim && !unsent.includes(entry.claim)) this.allow(entry.claim);
  }

  /** The faces at hand were given back when the page was left; the next batch says which are this page's now. */
  askAnew() {
    this.#anew = true;
    this.#undone.clear();
  }

  /** What is held or was answered here is not taken twice, however late a reply comes. */
  add(items) {
    if (this.#anew) this.#forgetOthers(new Set(items.map((item) => item.claim)));
    const held = new Set([...this.claims, ...this.#answered]);
    const fresh = items.filter((item) => !held.has(item.claim));
    this.#items.unshift(...fresh.filter((item) => this.#recalled.has(item.claim)));
    this.#items.push(...fresh.filter((item) => !this.#recalled.has(item.claim)));
    this.#decode();
  }

  /** The face on the screen stays: somebody may be about to answer it. */
  #forgetOthers(claims) {
    this.#anew = false;
    this.#items = this.#items.filter((item, place) => !place || claims.has(item.claim) || this.#undone.has(item.claim));
  }

  #decode() {
    const near = this.#items.slice(0, DECODED);
    const claims = new Set([...near.map((item) => item.claim), ...this.#left]);
    for (const claim of this.#pictures.keys()) if (!claims.has(claim)) this.#pictures.delete(claim);
    for (const item of near) if (!this.#pictures.has(item.claim)) this.#pictures.set(item.claim, load(item.crop, "auto"));
  }
}
