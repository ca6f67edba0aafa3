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

export function toast(message, tone = "") {
  const note = make("p", { className: `toast ${tone}`, textContent: message });
  document.getElementById("toasts").replaceChildren(note);
  setTimeout(() => note.remove(), tone ? 6000 : 2000);
}
