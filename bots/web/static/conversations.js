// The list of conversations: search, names, export, deletion.

import { $, confirmed, icon, iconButton, make, problem } from "./dom.js";
import { outbox, tellOthers } from "./memory.js";
import { Problem, call, persistently } from "./server.js";
import { datedTime, shownTime, t } from "./texts.js";

let sessions = [];
let managed = null; // the conversation of the dialog
let page; // what the list needs of the conversation that is shown

export function prepareList(shown) {
  page = shown;
  $("search").oninput = () => refreshList();
  $("rename-form").onsubmit = rename;
  $("export").onclick = exportIt;
  $("delete-conversation").onclick = remove;
  $("manage-close").onclick = () => $("manage").close();
}

export async function refreshList() {
  const search = $("search").value.trim();
  let found;
  try {
    found = (await call("GET", `/sessions${search ? `?search=${encodeURIComponent(search)}` : ""}`)).sessions;
  } catch {
    return; // it is shown as it was
  }
  if (search !== $("search").value.trim()) return; // a later search is on its way
  sessions = found;
  if (!search) {
    for (const unsent of Object.values(outbox())) if (unsent.session) listLocally(unsent.session, unsent);
  }
  drawList();
}

export function listLocally(session, { text, asked_at }) {
  if (!sessions.some((one) => one.session === session)) {
    sessions.unshift({ session, title: text, last_at: asked_at });
  }
}

export const titleOf = (session) => sessions.find((one) => one.session === session)?.title ?? "";

export function drawList() {
  const list = $("list");
  list.replaceChildren();
  if (!sessions.length) {
    list.append(make("p", { textContent: $("search").value.trim() ? t.search_none : t.no_conversations }));
  }
  let before = "";
  for (const one of sessions) {
    const day = dayOf(new Date(one.last_at));
    if (day !== before) list.append(make("h3", { textContent: day }));
    before = day;
    const link = make("a", { href: `#${one.session.slice(4)}`, title: `${one.title}\n${shownTime(one.last_at)}` }, make("span", { textContent: one.title }));
    const more = iconButton("more", `${t.more}: ${one.title}`, () => manage(one));
    list.append(make("div", { className: "conversation" }, link, more));
  }
  markCurrent();
}

export function markCurrent() {
  for (const link of $("list").querySelectorAll("a")) {
    if (`web:${link.hash.slice(1)}` === page.session()) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function dayOf(moment) {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  if (moment >= midnight) return t.today;
  midnight.setDate(midnight.getDate() - 1);
  return moment >= midnight ? t.yesterday : t.earlier;
}

function manage(one) {
  managed = one;
  $("title").value = one.title;
  $("manage-problem").replaceChildren();
  $("manage").showModal();
  $("title").select();
}

const pathOf = (one) => `/sessions/${encodeURIComponent(one.session)}`;

function refused(error) {
  $("manage-problem").replaceChildren(problem(error instanceof Problem ? error.message : t.offline));
}

async function rename(event) {
  event.preventDefault();
  try {
    await call("PATCH", pathOf(managed), { title: $("title").value });
  } catch (error) {
    return refused(error);
  }
  $("manage").close();
  tellOthers();
  refreshList();
}

async function remove() {
  const one = managed;
  $("manage").close();
  $("sure-text").textContent = t.delete_conversation_sure;
  $("sure-yes").textContent = t.delete_conversation;
  const isSure = await confirmed($("sure"));
  $("sure-text").textContent = t.delete_sure;
  $("sure-yes").textContent = t.delete;
  if (!isSure) return;
  try {
    await persistently(() => call("DELETE", pathOf(one)));
  } catch (error) {
    manage(one);
    return refused(error);
  }
  tellOthers();
  if (one.session === page.session()) page.start();
  refreshList();
}

async function exportIt() {
  const one = managed;
  const lines = [`# ${one.title}`];
  try {
    for (let after = 0; after !== null;) {
      const part = await call("GET", `${pathOf(one)}?limit=200&after=${after}`);
      for (const question of part.questions) lines.push(...exported(question));
      after = part.next;
    }
  } catch (error) {
    return refused(error);
  }
  const address = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/markdown" }));
  const name = one.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40);
  make("a", { href: address, download: `${name || "faqbot"}.md` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  $("manage").close();
}

function exported({ text, asked_at, answer }) {
  const lines = ["", `## ${text.replaceAll("\n", "\n> ")}`, "", `*${datedTime(asked_at)}*`, ""];
  if (answer) lines.push(answer.text, ...(answer.note ? ["", answer.note] : []));
  if (answer?.sources.length) lines.push("", ...answer.sources.map(({ n, title, url }) => `- [${n}] ${title}${url ? ` <${url}>` : ""}`));
  return lines;
}
