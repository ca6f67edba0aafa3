/* The outbox on disk: one IndexedDB a user, so that nobody sends another person's answers.

`entries` are to be sent, in order; `parked` are those that the server would not have, until the person says what to do. */
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

function soon(work) {
  const late = new Promise((_resolve, reject) => setTimeout(() => reject(new Error("the disk does not answer")), PATIENCE));
  return Promise.race([work, late]);
}

function prepare(database) {
  const known = database.objectStoreNames;
  if (!known.contains(ENTRIES)) database.createObjectStore(ENTRIES, { keyPath: "order", autoIncrement: true });
  if (!known.contains(PARKED)) database.createObjectStore(PARKED, { keyPath: "id" });
}

export class Store {
  #user;
  #opened = null;

  constructor(user) {
    this.#user = user;
  }

  /** A row is {entry, shown}: what is sent, and how it looks among the last ten. */
  put(row) {
    return this.#write([ENTRIES], (entries) => entries.add(row));
  }

  /** Everything unsent, oldest first, from every tab of this user. */
  all() {
    return this.#read(ENTRIES);
  }

  parked() {
    return this.#read(PARKED);
  }

  remove(ids) {
    return this.#write([ENTRIES], (entries) => this.#each(entries, ({ entry }) => ids.has(entry.id)));
  }

  /** Out of the way of the others, in one step. `record` is {id, entry, shown, message}. */
  park(record) {
    return this.#write([ENTRIES, PARKED], (entries, parked) => {
      parked.put(record);
      return this.#each(entries, ({ entry }) => entry.id === record.id);
    });
  }

  /** Gone from the parked ones; with a row, back among those to be sent. */
  unpark(id, row) {
    return this.#write([ENTRIES, PARKED], (entries, parked) => {
      parked.delete(id);
      if (row) entries.add(row);
    });
  }

  async #each(entries, chosen) {
    for (const row of await done(entries.getAll())) if (chosen(row)) entries.delete(row.order);
  }

  #read(name) {
    return soon(this.#database().then((database) => done(database.transaction(name).objectStore(name).getAll())));
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
