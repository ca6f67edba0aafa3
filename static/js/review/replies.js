/* What adjudicators answered to this person's flags: one after the other, until each was seen. */
import { slots, toast } from "./dom.js";
import { tell } from "./wire.js";
import { text } from "./texts.js";

export async function heard(id) {
  const notes = [...slots("reply")];
  const note = notes.find((one) => one.dataset.flag === id);
  const next = notes[notes.indexOf(note) + 1];
  try {
    await tell(note.dataset.url);
    note.remove();
    if (next) next.hidden = false;
  } catch {
    toast(text("notHeard"), "warn");
  }
}
