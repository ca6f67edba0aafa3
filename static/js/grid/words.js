/* The grid's own words, translated by the page. */
import { number } from "../review/texts.js";

const words = document.getElementById("grid-texts").dataset;

export function say(name, values = {}) {
  let line = words[name] ?? name;
  for (const [key, value] of Object.entries(values)) {
    line = line.replaceAll(`{${key}}`, typeof value === "number" ? number(value) : value);
  }
  return line;
}
