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

/** What is remembered, after `faces` more were answered, each in `took` ms, the last of them at `now`.
 *
 * Time at work is the person's, whatever is asked; how quick answers are is known for each `kind` of work by itself. */
export function worked(known, { kind, took, faces, now }) {
  const gap = now - (known.at ?? now);
  const rested = gap >= REST;
  const { first = [], latest = [] } = (rested ? null : known.paces?.[kind]) ?? {};
  const times = Array(faces).fill(took);
  return {
    at: now,
    worked: rested ? 0 : (known.worked ?? 0) + Math.min(gap, faces > 1 ? REST : AT_WORK),
    paces: { ...(rested ? {} : known.paces), [kind]: { first: [...first, ...times].slice(0, FIRST), latest: [...latest, ...times].slice(-LATEST) } },
    quietUntil: known.quietUntil ?? 0,
  };
}

/** "long", "slow" or nothing. */
export function wantsBreak({ worked: time, paces, quietUntil }, kind, now) {
  if (now < quietUntil) return "";
  if (time >= LONG) return "long";
  const { first, latest } = paces[kind];
  const enough = first.length === FIRST && latest.length === LATEST;
  return enough && median(latest) >= 2 * median(first) ? "slow" : "";
}

export class Breaks {
  #key;
  #kind;
  #wanted;
  #showPace;

  /** `kind` of work: one of the questions, or the grid. */
  constructor(user, kind, { suggest_breaks: wanted, show_pace: showPace }) {
    this.#key = `mtf-work-${user}`;
    this.#kind = kind;
    this.#wanted = wanted;
    this.#showPace = showPace;
    this.#pace(this.#known);
  }

  /** Read each time: another tab may have gone on. */
  get #known() {
    return recall("localStorage", this.#key, {});
  }

  /** So many faces at once, in `took` ms altogether. */
  answered(took, faces = 1) {
    const now = Date.now();
    const known = worked(this.#known, { kind: this.#kind, took: took / faces, faces, now });
    remember("localStorage", this.#key, known);
    this.#pace(known);
    const why = this.#wanted ? wantsBreak(known, this.#kind, now) : "";
    if (!why) return;
    write("break-text", text(why === "long" ? "breakLong" : "breakSlow", { n: Math.round(known.worked / MINUTE) }));
    slot("break").hidden = false;
  }

  close() {
    slot("break").hidden = true;
    remember("localStorage", this.#key, { ...this.#known, quietUntil: Date.now() + QUIET });
  }

  #pace({ paces }) {
    const times = paces?.[this.#kind]?.latest ?? [];
    if (this.#showPace && times.length >= 5) write("pace", text("pace", { n: Math.max(1, Math.round(median(times) / 1000)) }));
  }
}
