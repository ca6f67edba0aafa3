/* The outbox on disk: one IndexedDB a user, so that nobody sends another person's answers.

`entries` are to be sent, in order; `parked` are those that the server would not have, until the person says what to do.
What is not written yet stands in the journal. */
import { Journal } from "./journal.js";

const ENTRIES = "entries";
const PARKED = "parked";
const PATIENCE = 3_000; // a disk that does not answer must not keep an answer from being sent

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

function soon(work, patience = PATIENCE) {
  const late = new Promise((_resolve, reject) => setTimeout(() => reject(new Error("the disk does not answer")), patience));
  return Promise.race([work, late]);
}

function prepare(database) {
  const known = database.objectStoreNames;
  if (!known.contains(ENTRIES)) database.createObjectStore(ENTRIES, { keyPath: "order", autoIncrement: true });
  if (!known.contains(PARKED)) database.createObjectStore(PARKED, { keyPath: "id" });
}

export class Store {
  #user;
  #journal;
  #opened = null;

  constructor(user) {
    this.#user = user;
    this.#journal = new Journal(user);
  }

  /** A row is {entry, shown}: what is sent, and how it looks among the last ten. */
  async put(row) {
    this.#journal.note(row);
    await this.#write([ENTRIES], (entries) => entries.add(row));
    this.#journal.strike([row.entry.id]);
  }

  /** Everything unsent, oldest first, from every tab of this user; what a page left half written, and what stands in the
   *  journal alone because there is no disk, as well. */
  async all(patience = PATIENCE) {
    const written = await this.#read(ENTRIES, patience).catch(() => []);
    const known = new Set(written.map(({ entry }) => entry.id));
    return [...written, ...this.#journal.rows.filter(({ entry }) => !known.has(entry.id))];
  }

  parked() {
    return this.#read(PARKED);
  }

  remove(ids) {
    this.#journal.strike(ids);
    return this.#write([ENTRIES], (entries) => this.#each(entries, ({ entry }) => ids.has(entry.id)));
  }

  /** Out of the way of the others, in one step. `record` is {id, entry, shown, message}. */
  async park(record) {
    await this.#write([ENTRIES, PARKED], (entries, parked) => {
      parked.put(record);
      return this.#each(entries, ({ entry }) => entry.id === record.id);
    });
    this.#journal.strike([record.id]);
  }

  /** Gone from the parked ones; with a row, back among those to be sent. */
  async unpark(id, row = null) {
    this.#journal.strike([id]);
    if (row) this.#journal.note(row);
    await this.#write([ENTRIES, PARKED], (entries, parked) => {
      parked.delete(id);
      if (row) entries.add(row);
    });
    if (row) this.#journal.strike([row.entry.id]);
  }

  async #each(entries, chosen) {
    for (const row of await done(entries.getAll())) if (chosen(row)) entries.delete(row.order);
  }

  #read(name, patience) {
    return soon(this.#database().then((database) => done(database.transaction(name).objectStore(name).getAll())), patience);
  }

  #write(names, work) {
    return soon(this.#database().then(async (database) => {
      const transaction = database.transaction(names, "readwrite", { durability: "strict" });
      const ending = committed(transaction);
      await Promise.all([ending, work(...names.map((name) => transaction.objectStore(name)))]);
    }));
  }

  /** Opened once; anew after a failure, and after another tab wanted a newer form of it. */
  #database() {
    this.#opened ??= this.#open().catch((fault) => {
      this.#opened = null;
      throw fault;
    });
    return this.#opened;
  }

  async #open() {
    const opening = indexedDB.open(`mtf-outbox-${this.#user}`, 2);
    opening.onupgradeneeded = () => prepare(opening.result);
    const database = await done(opening);
    database.onversionchange = () => database.close();
    database.onclose = () => { this.#opened = null; };
    database.addEventListener("versionchange", () => { this.#opened = null; });
    return database;
  }
}
