/* What is said of a face: no mark is "accept". A mark is {verdict, reason, note}, {verdict: "relabel", identity, name},
or {verdict: "skip"}. */
import { say } from "./words.js";

export function markOf(action) {
  const [verdict, reason = ""] = action.split(":");
  return verdict === "accept" ? null : { verdict, reason };
}

export function same(one, other) {
  return one?.verdict === other?.verdict && one?.reason === other?.reason;
}

/** Sign, words and tone: colour never says it alone. */
export function describe(mark, policy) {
  if (!mark) return { sign: "✓", words: "", label: say("accept"), tone: "accepted" };
  const words = WORDS[mark.verdict](mark, policy);
  return { sign: SIGNS[mark.verdict], words, label: words, tone: mark.verdict };
}

const SIGNS = { reject: "✗", relabel: "✎", cannot_tell: "?", quarantine: "!", skip: "–" };
const WORDS = {
  reject: ({ reason }, policy) => policy.reasons.find(({ code }) => code === reason)?.label ?? reason,
  relabel: ({ name }) => name,
  cannot_tell: () => say("cannotTell"),
  quarantine: ({ reason }) => say(reason === "licence" ? "licence" : "underAge"),
  skip: () => say("skip"),
};

const COUNTED = [
  ["accept", "accepted"], ["reject", "rejected"], ["relabel", "relabelled"], ["cannot_tell", "unsure"],
  ["quarantine", "quarantined"], ["skip", "leftOut"],
];

/** "21 accepted, 3 rejected" */
export function summary({ items, marks }) {
  const counts = new Map();
  for (const { claim } of items) {
    const verdict = marks[claim]?.verdict ?? "accept";
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  return COUNTED.filter(([verdict]) => counts.has(verdict)).map(([verdict, name]) => say(name, { n: counts.get(verdict) })).join(", ");
}
