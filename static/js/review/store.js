/* The outbox on disk: one IndexedDB a user, so that nobody sends another person's answers. */
const ENTRIES = "entries";

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

function openDatabase(user) {
  const opening = indexedDB.open(`mtf-outbox-${user}`, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(ENTRIES, { keyPath: "order", autoIncrement: true });
  return done(opening);
}

export class Store {
  #database;

  constructor(user) {
    this.#database = openDatabase(user);
    this.#database.catch(() => {}); // a browser without storage: each use below says so, and memory holds the entries
  }

  async put(entry) {
    const transaction = (await this.#database).transaction(ENTRIES, "readwrite", { durability: "strict" });
    transaction.objectStore(ENTRIES).add({ entry });
    return committed(transaction);
  }

  /** Everything unsent, oldest first, from every tab of this user. */
  async all() {
    const transaction = (await this.#database).transaction(ENTRIES);
    const rows = await done(transaction.objectStore(ENTRIES).getAll());
    return rows.map((row) => row.entry);
  }

  async remove(ids) {
    const transaction = (await this.#database).transaction(ENTRIES, "readwrite");
    const entries = transaction.objectStore(ENTRIES);
    for (const row of await done(entries.getAll())) {
      if (ids.has(row.entry.id)) entries.delete(row.order);
    }
    return committed(transaction);
  }
}
