/* The tab's own memory and the browser's, where there is one: without it a page works, and only remembers less. */
export function recall(storage, key, otherwise) {
  try {
    return JSON.parse(window[storage].getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(storage, key, value) {
  try {
    window[storage].setItem(key, JSON.stringify(value));
  } catch {
    // full, or not allowed
  }
}

export function forget(storage, key) {
  try {
    window[storage].removeItem(key);
  } catch {
    // not allowed
  }
}
