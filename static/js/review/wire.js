/* The calls to the server. The CSRF token travels in the body, because sendBeacon can set no header. */
import { desk } from "./dom.js";

const PATIENCE = 20_000;

export class SignedOut extends Error {}

/** The server read the call and will not have it: sending the same again is no use. */
export class Refused extends Error {}

function token() {
  return desk.elements.namedItem("csrfmiddlewaretoken").value;
}

function form(message) {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", token());
  body.append("payload", JSON.stringify(message));
  return body;
}

function post(message, url = desk.dataset.sync) {
  return fetch(url, { method: "POST", body: form(message), signal: AbortSignal.timeout(PATIENCE) });
}

/** Signing in anew changes the token: the page is read once more for the one of today, if it is still this user's. */
async function renewToken(user) {
  const page = await fetch(location.pathname, { signal: AbortSignal.timeout(PATIENCE) });
  if (!page.ok || new URL(page.url).pathname !== location.pathname) return false;
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  const batch = fresh.getElementById("batch");
  const value = fresh.querySelector("#review [name=csrfmiddlewaretoken]")?.value;
  if (!batch || !value || JSON.parse(batch.textContent).user !== user) return false;
  for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = value;
  return true;
}

export async function sync(message) {
  let answer = await post(message);
  if (answer.status === 403 && (await renewToken(message.user))) answer = await post(message);
  if (answer.status === 403) throw new SignedOut();
  if ([400, 413, 422].includes(answer.status)) throw new Refused(`HTTP ${answer.status}`);
  if (!answer.ok || answer.redirected) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}

/** The last word of a page that is going away; what arrives twice is known by its id. */
export function farewell(message) {
  return navigator.sendBeacon(desk.dataset.sync, form(message));
}

/** Keeps the leases of somebody who looks long; it matters too little to be tried twice. */
export function heartbeat(message) {
  if (desk.dataset.heartbeat) post(message, desk.dataset.heartbeat).catch(() => {});
}

/** Faces that this page held and did not get to go back to the others at once. */
export function giveBack(message) {
  return Boolean(desk.dataset.leave) && navigator.sendBeacon(desk.dataset.leave, form(message));
}

/** An address of ours with nothing to say but who says it. */
export async function tell(url) {
  const answer = await fetch(url, { method: "POST", body: form({}), signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
}

export async function findIdentities(query, signal) {
  const url = new URL(desk.dataset.identities, location.href);
  if (query) url.searchParams.set("q", query);
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return (await answer.json()).identities;
}
