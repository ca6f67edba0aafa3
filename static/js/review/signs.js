/* How an answer looks among the last ten. The same signs come from the server for earlier ones. */
import { text } from "./texts.js";

export function signOf(policy, entry, name) {
  if (entry.kind === "skip") return { mark: "–", tone: "neutral", label: text("skip") };
  return SIGNS[entry.verdict](policy, entry, name);
}

const SIGNS = {
  accept: () => ({ mark: "✓", tone: "good", label: text("accept") }),
  reject(policy, { reason }) {
    const { key, label } = policy.reasons.find(({ code }) => code === reason);
    return { mark: `✗ ${key}`, tone: "bad", label: text("reject", { reason: label }) };
  },
  relabel: (policy, entry, name) => ({ mark: "✎", tone: "change", label: text("relabel", { name }) }),
  cannot_tell: () => ({ mark: "?", tone: "neutral", label: text("cannotTell") }),
  quarantine: () => ({ mark: "!", tone: "warn", label: text("quarantine") }),
  attributes: () => ({ mark: "✓", tone: "good", label: text("attributes") }),
};
