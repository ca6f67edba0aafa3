/* Tired eyes judge unevenly: after three quarters of an hour, or when answers take twice as long as at first, a break is
suggested, once. Nothing of this leaves the browser. */
import { recall, remember } from "./memory.js";
import { slot, write } from "./dom.js";
import { text } from "./texts.js";

const MINUTE = 60_000;
const LONG = 47 * MINUTE;
const REST = 5 * MINUTE; // nothing answered for so long is a break
const AT_WORK = 2 * MINUTE; // a longer look counts as so much
const QUIET = 45 * MINUTE;
const FIRST = 50;
const LATEST = 20;

function median(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** What is remembered, after one more answer that took `took` ms and ended at `now`. */
export function worked(known, took, now) {
  const gap = now - (known.at ?? now);
  const rested = gap >= REST;
  const first = rested ? [] : (known.first ?? []);
  return {
    at: now,
    worked: rested ? 0 : (known.worked ?? 0) + Math.min(gap, AT_WORK),
    first: first.length < FIRST ? [...first, took] : first,
    latest: [...(rested ? [] : (known.latest ?? [])), took].slice(-LATEST),
    quietUntil: known.quietUntil ?? 0,
  };
}

/** "long", "slow" or nothing. */
export function wantsBreak({ worked: time, first, latest, quietUntil }, now) {
  if (now < quietUntil) return "";
  if (time >= LONG) return "long";
  const enough = first.length === FIRST && latest.length === LATEST;
  return enough && median(latest) >= 2 * median(first) ? "slow" : "";
}

export class Breaks {
  #key;
  #known;
  #wanted;
  #showPace;

  constructor(user, question, { suggest_breaks: wanted, show_pace: showPace }) {
    this.#key = `mtf-work-${user}-${question}`;
    this.#known = recall("localStorage", this.#key, {});
    this.#wanted = wanted;
    this.#showPace = showPace;
    this.#pace();
  }

  answered(took) {
    const now = Date.now();
    this.#known = worked(this.#known, took, now);
    remember("localStorage", this.#key, this.#known);
    this.#pace();
    const why = this.#wanted ? wantsBreak(this.#known, now) : "";
    if (!why) return;
    write("break-text", text(why === "long" ? "breakLong" : "breakSlow", { n: Math.round(this.#known.worked / MINUTE) }));
    slot("break").hidden = false;
  }

  close() {
    slot("break").hidden = true;
    this.#known = { ...this.#known, quietUntil: Date.now() + QUIET };
    remember("localStorage", this.#key, this.#known);
  }

  #pace() {
    const times = this.#known.latest ?? [];
    if (this.#showPace && times.length >= 5) write("pace", text("pace", { n: Math.max(1, Math.round(median(times) / 1000)) }));
  }
}
