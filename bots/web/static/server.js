// The server: calls, streams, and what to do while it is away.

import { $, pause } from "./dom.js";
import { read, write } from "./memory.js";
import { t } from "./texts.js";

export const API = "api/v1";
export const FIRST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 8_000;
const SILENCE_MS = 40_000; // the server sends something every 15 s

export class Problem extends Error {
  constructor(status, detail, waitS = 0) {
    super(detail);
    this.status = status;
    this.waitS = waitS;
  }
}

// In a frame on another site no cookie comes along: a pass tells who asks instead.
const VISITOR = "faqbot.visitor";
export const isEmbedded = location.pathname.endsWith("/embed");
let visitor = isEmbedded ? read(VISITOR) ?? "" : "";

export async function beVisitor(anew = false) {
  if (!isEmbedded || (visitor && !anew)) return;
  const response = await fetch(`${API}/visitors`, { method: "POST" });
  await check(response);
  visitor = (await response.json()).visitor;
  write(VISITOR, visitor);
}

export const request = (path, options = {}) =>
  fetch(`${API}${path}`, {
    ...options,
    headers: { ...options.headers, ...(visitor ? { "Faqbot-Visitor": visitor } : {}) },
  });

export async function call(method, path, body, options = {}) {
  const response = await request(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    ...options,
  });
  await check(response);
  // What is no JSON comes from something in between, such as a network that wants a sign-in first.
  return response.status === 204 ? null : response.json().catch(() => { throw new TypeError(t.failed ?? ""); });
}

export async function check(response) {
  if (response.ok) return;
  let detail = t.failed ?? "";
  try {
    detail = (await response.json()).detail || detail;
  } catch { /* a proxy's own page */ }
  if (response.status === 401) dispatchEvent(new Event("signedout"));
  // A proxy in front says that nobody is behind it: as if there were no network.
  if ([502, 504].includes(response.status)) throw new TypeError(detail);
  throw new Problem(response.status, detail, Number(response.headers.get("Retry-After") ?? 0));
}

// Tries until the server is there. Only for what may be done twice.
export async function persistently(doIt, signal, onAway = () => {}) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      const done = await doIt();
      setOnline(true);
      return done;
    } catch (error) {
      if (!(error instanceof TypeError) || signal?.aborted) throw error;
      setOnline(false);
      onAway();
      await pause(wait, signal);
      if (signal?.aborted) throw error;
    }
  }
}

let online = true;
let bannerTimer;
export function setOnline(now) {
  if (now === online) return;
  online = now;
  const banner = $("banner");
  clearTimeout(bannerTimer);
  banner.textContent = now ? t.online : t.offline;
  banner.classList.toggle("good", now);
  banner.hidden = false;
  if (now) bannerTimer = setTimeout(() => { banner.hidden = true; }, 2500);
}

export async function* eventsOf(response, abort) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const silence = setTimeout(() => abort.abort("silence"), SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    const parts = (held + value).split("\n\n");
    held = parts.pop();
    for (const part of parts) {
      const event = {};
      for (const line of part.split("\n")) {
        const at = line.indexOf(": ");
        if (at > 0) event[line.slice(0, at)] = line.slice(at + 2);
      }
      if (event.event) yield { name: event.event, id: event.id, data: JSON.parse(event.data) };
    }
  }
}
