/* The words on the screen come from the page, where gettext has translated them. */
const words = document.getElementById("texts").dataset;
const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);

export function number(value) {
  return numbers.format(value);
}

export function text(name, values = {}) {
  let line = words[name] ?? name;
  for (const [key, value] of Object.entries(values)) {
    line = line.replaceAll(`{${key}}`, typeof value === "number" ? number(value) : value);
  }
  return line;
}
