/* What goes into the outbox for one face of a grid, and how it looks where it is shown again. */
import { describe } from "./marks.js";
import { uuid } from "../review/browser.js";

const TONES = { accept: "good", reject: "bad", relabel: "change", quarantine: "warn", cannot_tell: "neutral", skip: "neutral" };

/** [{entry, look}] for each of the faces, all given at one moment. */
export function answersOf({ items, marks, identity }, shownAt, policy) {
  const times = { shown_at: shownAt.toISOString(), decided_at: new Date().toISOString() };
  return items.map((item) => {
    const mark = marks[item.claim];
    return { entry: entryFor(item, mark, times, policy.version), look: lookOf(item, identity, mark, policy) };
  });
}

/** No mark is "accept". */
function entryFor({ claim }, mark, times, version) {
  if (mark?.verdict === "skip") return { id: uuid(), kind: "skip", claim, question: "usable" };
  const { name: _name, ...answer } = { verdict: "accept", ...mark };
  return { id: uuid(), kind: "answer", claim, question: "usable", ...answer, ...times, mode: "grid", policy: version };
}

/** Among the last ten, and where an answer was refused: `again` is what it takes to ask that face once more. */
function lookOf(item, identity, mark, policy) {
  const { sign, label } = describe(mark, policy);
  return { crop: item.crop, mark: sign, tone: TONES[mark?.verdict ?? "accept"], label, again: { item, identity, mark } };
}
