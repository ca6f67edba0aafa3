/* What is on its way to the disk. A page that is closed in that moment takes its writing with it, and a busy disk makes the
moment long; the browser's small storage has it at once, and keeps it until the disk does. One key a row: tabs share no list. */
import { forget, recall, remember } from "./memory.js";

const STORAGE = "localStorage";

function names(prefix) {
  try {
    return Object.keys(window[STORAGE]).filter((name) => name.startsWith(prefix));
  } catch {
    return []; // not allowed
  }
}

export class Journal {
  #prefix;
  #count = 0;

  constructor(user) {
    this.#prefix = `mtf-unsent-${user}-`;
  }

  /** A row as in the outbox: {entry, shown}. */
  note(row) {
    remember(STORAGE, this.#prefix + row.entry.id, { row, at: Date.now(), place: this.#count++ });
  }

  strike(ids) {
    for (const id of ids) forget(STORAGE, this.#prefix + id);
  }

  /** Oldest first. */
  get rows() {
    const kept = names(this.#prefix).map((name) => recall(STORAGE, name, null)).filter(Boolean);
    return kept.sort((one, other) => one.at - other.at || one.place - other.place).map(({ row }) => row);
  }
}
