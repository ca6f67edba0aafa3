/* Small helpers around the document; the screen's places are marked with data-slot. */
export const desk = document.getElementById("review");

export function slots(name) {
  return document.querySelectorAll(`[data-slot="${name}"]`);
}

export function slot(name) {
  return document.querySelector(`[data-slot="${name}"]`);
}

export function write(name, value) {
  for (const place of slots(name)) place.textContent = value;
}

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function link(url, label) {
  const safe = /^https?:/i.test(url ?? "");
  return safe ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label) : make("b", {}, label);
}

/** Said by a screen reader; the same words twice are made different, or they would not be said. */
export function announce(words) {
  const place = slot("announce");
  place.textContent = place.textContent === words ? `${words}\u00a0` : words;
}

export function toast(message, tone = "") {
  const note = make("p", { className: `toast ${tone}`, textContent: message });
  document.getElementById("toasts").replaceChildren(note);
  setTimeout(() => note.remove(), tone ? 6000 : 2000);
}

/** What the server said with the page goes where all is said here, or it would lie on the face. */
export function say() {
  for (const said of document.querySelectorAll(".desk > .said")) {
    toast(said.textContent.trim(), "told");
    said.remove();
  }
}
