// What this browser keeps of its own: questions that are not sent yet, a draft, the language.

const OUTBOX = "faqbot.outbox"; // by id
const DRAFT = "faqbot.draft";

export function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

export function write(key, value) {
  try {
    if (value === null || value === "") localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch { /* a private window without storage: a reload loses what is not sent */ }
}

export const outbox = () => read(OUTBOX) ?? {};

export function keepUnsent(id, question) {
  const unsent = outbox();
  if (question) unsent[id] = question;
  else delete unsent[id];
  write(OUTBOX, unsent);
}

export const draft = () => read(DRAFT) ?? "";
export const keepDraft = (text) => write(DRAFT, text);

// Tells the other windows of this browser that something has changed.
const channel = "BroadcastChannel" in window ? new BroadcastChannel("faqbot") : null;
export const tellOthers = () => channel?.postMessage("changed");
export function whenOthersTell(refresh) {
  if (channel) channel.onmessage = refresh;
}
