/* What browsers give only to secure pages; an installation on a local network without TLS works as well. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** One tab at a time; where there are no locks, tabs may send twice, which the server takes as one. */
export function alone(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
