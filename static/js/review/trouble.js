/* What the person is told of an entry that the server did not simply save. */
import { text } from "./texts.js";
import { toast } from "./dom.js";

const TROUBLE = {
  late: () => text("late"),
  gone: ({ message }) => message || text("gone"),
  parked: ({ message }) => text("parked", { message }),
  refused: ({ message }) => text("refused", { message }),
  conflict: ({ message }) => text("refused", { message }),
};

export function tellTrouble(result) {
  const words = TROUBLE[result.status]?.(result);
  if (words) toast(words, result.status === "late" ? "warn" : "bad");
}
