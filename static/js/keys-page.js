/* The page of one's own keys: a press sets a key, a clash is named at once. What is sent is the fields of the plain form. */
const NAMES = { " ": "Space", arrowright: "→", arrowleft: "←", arrowup: "↑", arrowdown: "↓", backspace: "⌫", delete: "Del", home: "Home", end: "End", pageup: "PgUp", pagedown: "PgDn", insert: "Ins" };
const MOST = 3;
const form = document.getElementById("keys-form");
const words = form.dataset;

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function say(line, values = {}) {
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), line);
}

function nameOf(key) {
  return NAMES[key] ?? key.toUpperCase();
}

class Row {
  #row;
  #field;
  #chips = make("div", { className: "key-chips" });
  #problem;
  #rows;

  constructor(row, rows) {
    this.#row = row;
    this.#rows = rows;
    this.#field = row.querySelector("input");
    this.#problem = row.querySelector("[data-slot=problem]");
    this.#field.hidden = true;
    this.#field.after(this.#chips);
    this.#draw();
  }

  get words() {
    return this.#row.dataset.words;
  }

  get names() {
    return this.#field.value.toUpperCase().split(/\s+/).filter(Boolean).map((name) => Object.values(NAMES).find((known) => known.toUpperCase() === name) ?? name);
  }

  #draw() {
    const keys = this.names.map((name) => this.#chip(name));
    const add = make("button", { type: "button", className: "btn compact set-key", textContent: "+" });
    add.setAttribute("aria-label", say(words.add, { words: this.words }));
    add.addEventListener("click", () => this.#listen(add));
    const none = keys.length ? [] : [make("span", { className: "small muted", textContent: words.none })];
    this.#chips.replaceChildren(...keys, ...none, add);
  }

  #chip(name) {
    const remove = make("button", { type: "button", className: "chip" }, make("kbd", { textContent: name }), make("span", { ariaHidden: "true", textContent: "×" }));
    remove.setAttribute("aria-label", say(words.remove, { key: name, words: this.words }));
    remove.addEventListener("click", () => {
      this.#set(this.names.filter((other) => other !== name), say(words.takenAway, { key: name }));
    });
    return remove;
  }

  #listen(add) {
    add.textContent = `${words.more} …`;
    add.title = words.cancel;
    add.classList.add("listening");
    const stop = () => { add.removeEventListener("keydown", press); this.#draw(); this.#chips.lastElementChild.focus(); };
    const press = (event) => {
      if (["Tab", "Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      this.#complain(event.key === "Escape" ? "" : this.#take(event.key.toLowerCase()));
      stop();
    };
    add.addEventListener("keydown", press);
    add.addEventListener("blur", () => add.isConnected && this.#draw(), { once: true });
    add.focus();
  }

  /** Sets the key; or says why not. */
  #take(key) {
    const name = nameOf(key);
    if (/^[1-9]$/.test(key) || (key === "0" && !this.#field.name.startsWith("cannot"))) return say(words.digit, { key: name });
    if (!NAMES[key] && [...key].length !== 1) return words.unfit;
    const other = this.#rows.find((row) => row.names.includes(name));
    if (other === this) return "";
    if (other) return say(words.taken, { key: name, words: other.words });
    if (this.names.length >= MOST) return words.most;
    this.#set([...this.names, name], say(words.added, { key: name, words: this.words }));
    return "";
  }

  #set(names, told) {
    this.#field.value = names.join(" ");
    this.#complain("");
    this.#draw();
    document.querySelector("[data-slot=unsaved]").textContent = `${told}. ${words.unsaved}.`;
    this.#chips.lastElementChild.focus();
  }

  #complain(line) {
    this.#problem.textContent = line;
    this.#problem.hidden = !line;
  }
}

const rows = [];
for (const row of document.querySelectorAll("[data-key-row]")) rows.push(new Row(row, rows));

const off = form.elements.keys_off;
function dim() {
  form.querySelector("table").classList.toggle("off", off.checked);
}
off.addEventListener("change", dim);
dim();
