// The page: the conversation that is shown in this window, and the field for questions.
// What the server sends as HTML was made safe there (bots/web/render/page_html.py); all other text is text.

import { drawList, listLocally, markCurrent, prepareList, refreshList } from "./conversations.js";
import { $, fit, isSending, make, pause, random, say } from "./dom.js";
import { draft, keepDraft, keepUnsent, outbox, read, tellOthers, whenOthersTell, write } from "./memory.js";
import { isAtEnd, isKeepingUp, keepUp, noteScroll, toEnd } from "./scroll.js";
import { FIRST_WAIT_MS, LONGEST_WAIT_MS, Problem, beVisitor, call, check, eventsOf, isEmbedded, persistently, request, setOnline } from "./server.js";
import { about, language, learn, shownSpan, switchLanguage, t } from "./texts.js";
import { Turn } from "./turn.js";

const EMBEDDED_SESSION = "faqbot.embedded"; // a frame has no address of its own to come back by

let session = ""; // "" until the first question of a new conversation
let turns = []; // of the conversation that is shown, in order
let shownConversation = 0; // grows with each one, so that what is late for it is thrown away
let watching = null; // what tells this window of changes made in others

// What turns need of the conversation that they are in.
const page = { ask, begin, ended, isKeepingUp, isQueued, keepUp, noteScroll, refused, removed };

// --- The conversation

function add(question) {
  const turn = new Turn(question, page);
  const next = turns.find((other) => other.askedAt > turn.askedAt);
  turns.splice(next ? turns.indexOf(next) : turns.length, 0, turn);
  $("log").insertBefore(turn.element, next?.element ?? null);
  $("welcome").hidden = true;
  return turn;
}

function begin(question) {
  if (turns.some((turn) => turn.id === question.id)) return; // another window's press was first
  const turn = add(question);
  turn.follow();
  keepUp(turn);
  focusText(); // the button that was pressed can be pressed no more
  ended();
}

function ask(text) {
  send(random(9), { session, text, asked_at: new Date().toISOString() });
}

// The name makes it safe to send again: it is one question.
async function send(name, question) {
  const turn = add({ id: `${question.session}:${name}`, ...question });
  const away = () => turn.showStatus(t.unsent);
  keepUnsent(name, question);
  keepUp(turn);
  focusText();
  say(t.searching);
  try {
    if (!turn.session) move(turn, await begun(away), name);
    keepUnsent(name, { ...question, session: turn.session });
    listLocally(turn.session, question);
    drawList();
    const body = { id: name, session: turn.session, text: turn.text };
    const asked = await persistently(() => call("POST", "/questions", body), undefined, away);
    // The conversation was somebody else's: the question begins a new one.
    if (asked.session !== turn.session) move(turn, asked.session, name);
    turn.isStored = true;
    keepUnsent(name, null);
    tellOthers();
    turn.showStatus(t.searching);
    turn.follow();
  } catch (error) {
    keepUnsent(name, null);
    if (error.waitS) return takeBack(turn, error);
    turn.mine = false; // there is nothing to edit or to take back
    turn.showAsked();
    turn.fail(error.message, () => { drop(turn); ask(turn.text); });
  }
}

// The server makes a conversation, and knows whose it is.
let beginning = null;
async function begun(away) {
  beginning ??= persistently(() => call("POST", "/sessions"), undefined, away).finally(() => { beginning = null; });
  return (await beginning).session;
}

function move(turn, to, name) {
  const isShown = turns.includes(turn) && session !== to;
  turn.session = to;
  turn.id = `${to}:${name}`;
  if (!isShown) return;
  session = to;
  if (isEmbedded) write(EMBEDDED_SESSION, session);
  history.pushState(null, "", `#${session.slice(4)}`);
  markCurrent();
  watch();
}

// Over a limit: the question goes back into its field, and can be sent when the time is over.
function takeBack(turn, error) {
  drop(turn);
  showWelcome();
  const area = $("text");
  area.value = area.value.trim() ? `${turn.text}\n${area.value}` : turn.text;
  weigh();
  refused(error);
}

function drop(turn) {
  turn.element.remove();
  turns = turns.filter((other) => other !== turn);
}

let waitingUntil = 0;
let waitTimer;
function refused(error) {
  if (!error.waitS) return;
  waitingUntil = Date.now() + error.waitS * 1000;
  clearInterval(waitTimer);
  const tick = () => {
    const left = Math.ceil((waitingUntil - Date.now()) / 1000);
    $("notice").textContent = left > 0 ? t.wait.replace("{time}", shownSpan(left)) : t.wait_over;
    weigh();
    if (left <= 0) clearInterval(waitTimer);
  };
  tick();
  say($("notice").textContent);
  waitTimer = setInterval(tick, 1000);
}

async function show(name) {
  const number = ++shownConversation;
  watching?.abort();
  for (const turn of turns) turn.following?.abort();
  turns = [];
  $("log").replaceChildren();
  $("welcome").hidden = true;
  session = name;
  if (isEmbedded) write(EMBEDDED_SESSION, name);
  markCurrent();
  if (name) {
    const slow = setTimeout(() => { $("loading").hidden = false; }, 300);
    try {
      await load(name, number);
    } catch (error) {
      if (number === shownConversation && error.status === 404) start();
      else if (error.status !== 401) setOnline(false);
    } finally {
      clearTimeout(slow);
      $("loading").hidden = true;
    }
  }
  if (number !== shownConversation) return;
  showWelcome();
  toEnd();
  watch();
}

async function load(name, number) {
  const found = [];
  for (let after = 0; after !== null;) {
    const part = await persistently(() => call("GET", `/sessions/${encodeURIComponent(name)}?html&limit=100&after=${after}`));
    if (number !== shownConversation) return;
    found.push(...part.questions);
    after = part.next;
  }
  for (const question of found) {
    const turn = add(question);
    if (!question.answer) turn.follow();
  }
  // What this browser could not send before it was closed or reloaded.
  const known = new Set(found.map((question) => question.id));
  for (const [key, unsent] of Object.entries(outbox())) {
    if (unsent.session !== name) continue;
    if (known.has(`${name}:${key}`)) keepUnsent(key, null);
    else send(key, unsent);
  }
}

// --- What other windows do

// Only while this one can be seen: a browser has few connections, and comes back to it.
async function watch() {
  watching?.abort();
  if (!session || document.hidden) return;
  const abort = (watching = new AbortController());
  const number = shownConversation;
  for (let wait = FIRST_WAIT_MS; !abort.signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const connection = new AbortController();
    abort.signal.addEventListener("abort", () => connection.abort(), { once: true });
    try {
      const response = await request(`/sessions/${encodeURIComponent(session)}/events`, { signal: connection.signal });
      await check(response);
      for await (const event of eventsOf(response, connection)) {
        if (abort.signal.aborted || number !== shownConversation) return;
        wait = FIRST_WAIT_MS;
        await reconcile(event.data, number);
      }
    } catch (error) {
      if (abort.signal.aborted || (error instanceof Problem && error.status < 500 && error.status !== 429)) return;
    }
    await pause(wait, abort.signal);
  }
}

async function reconcile({ questions }, number) {
  const there = new Map(questions.map((question) => [question.id, question]));
  for (const turn of [...turns]) {
    const known = there.get(turn.id);
    if (known) turn.update(known);
    else if (turn.isStored) await lookFor(turn);
  }
  for (const id of there.keys()) {
    if (turns.some((turn) => turn.id === id)) continue;
    const question = await call("GET", `/questions/${encodeURIComponent(id)}?html`).catch(() => null);
    if (number !== shownConversation) return;
    if (!question || turns.some((turn) => turn.id === id)) continue;
    const wasAtEnd = isAtEnd();
    const turn = add(question);
    if (!question.answer) turn.follow();
    if (wasAtEnd) keepUp(turn);
    refreshList();
  }
}

async function lookFor(turn) {
  try {
    await call("GET", turn.path);
  } catch (error) {
    if (error.status === 404) turn.gone();
  }
}

function isQueued(turn) {
  return turns.some((other) => other !== turn && !other.ending && other.askedAt < turn.askedAt);
}

function start() {
  history.pushState(null, "", location.pathname);
  show("");
  closeMenu();
  focusText();
}

function removed(turn) {
  turns = turns.filter((other) => other !== turn);
  showWelcome();
  ended();
  focusText();
}

function ended() {
  refreshList();
  tellOthers();
}

function showWelcome() {
  $("welcome").hidden = turns.length > 0;
}

// --- The menu

// While it lies over the page, the keyboard stays in it; afterwards it is where it came from.
function setMenu(isOpen) {
  if (isOpen === $("side").classList.contains("open")) return;
  $("side").classList.toggle("open", isOpen);
  $("shade").hidden = !isOpen;
  $("main").inert = isOpen;
  $("menu").setAttribute("aria-expanded", String(isOpen));
  $(isOpen ? "side-close" : "menu").focus();
}

const closeMenu = () => setMenu(false);

// --- Writing a question

// Not where that would bring a keyboard up over the page.
function focusText() {
  if (matchMedia("(hover: hover)").matches) $("text").focus();
}

function weigh() {
  const area = $("text");
  fit(area);
  keepDraft(area.value);
  const length = [...area.value.trim()].length;
  const most = about.question_characters;
  $("count").textContent = `${length.toLocaleString()} / ${most.toLocaleString()}`;
  $("count").hidden = length < most * 0.9;
  $("count").classList.toggle("over", length > most);
  const isWaiting = Date.now() < waitingUntil;
  if (length > most) $("notice").textContent = t.long_question;
  else if (!isWaiting && (length || $("notice").textContent !== t.empty_question)) $("notice").textContent = "";
  $("hint").hidden = $("notice").textContent !== "";
  $("send").setAttribute("aria-disabled", String(!length || length > most || isWaiting));
}

function submit(event) {
  event.preventDefault();
  const text = $("text").value.trim();
  if (Date.now() < waitingUntil) return say($("notice").textContent);
  if (!text) $("notice").textContent = t.empty_question;
  if (!text || [...text].length > about.question_characters) {
    $("hint").hidden = true;
    $("text").focus();
    return say($("notice").textContent);
  }
  $("text").value = "";
  weigh();
  ask(text);
}

// --- The token

function showGate() {
  if (!t.name) return; // it is not known yet what to say there
  $("app").hidden = true;
  $("gate").hidden = false;
  $("token").focus();
}

async function signIn(event) {
  event.preventDefault();
  $("token-wrong").textContent = "";
  try {
    await call("POST", "/login", { token: $("token").value });
  } catch (error) {
    $("token-wrong").textContent = error instanceof Problem ? error.message : t.offline;
    $("token").select();
    return;
  }
  $("token").value = "";
  await open();
}

async function signOut() {
  await call("DELETE", "/login").catch(() => {});
  location.assign(location.pathname);
}

// --- The beginning

function here() {
  const name = location.hash.slice(1);
  if (/^[a-z0-9-]{1,32}:[\w-]{16,128}$/.test(name)) return `web:${name}`;
  return isEmbedded ? read(EMBEDDED_SESSION) ?? "" : "";
}

// Tries until the server has told the page's words. Until then there are those of its HTML.
async function hear(anew = false) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      await beVisitor(anew);
      learn(await call("GET", `/about?lang=${language()}`));
      break;
    } catch {
      $("starting").classList.add("now");
      await pause(wait);
    }
  }
  $("starting").hidden = true;
}

async function open() {
  await hear();
  if (isEmbedded && !about.let_in) await hear(true); // the pass is of before the token was changed
  document.title = t.name;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t[element.dataset.t];
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", t[element.dataset.label]);
    element.title = t[element.dataset.label];
  }
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = t[element.dataset.placeholder];
  if (!about.let_in) return showGate();
  $("gate").hidden = true;
  $("app").hidden = false;
  const [other, name] = about.language === "ko" ? ["en", "English"] : ["ko", "한국어"]; // each in its own words
  Object.assign($("other-language"), { lang: other, textContent: name });
  $("sign-out").hidden = !about.has_token || isEmbedded;
  $("text").placeholder = t.placeholder;
  $("text").value = draft();
  weigh();
  $("examples").replaceChildren(...about.examples.map((text) =>
    make("button", { type: "button", textContent: text, onclick: () => ask(text) })));
  drawList();
  refreshList();
  await show(here());
  if (!session) {
    for (const [key, unsent] of Object.entries(outbox())) if (!unsent.session) send(key, unsent);
  }
  focusText();
}

prepareList({ session: () => session, start });
document.body.classList.toggle("embedded", isEmbedded);
$("ask").onsubmit = submit;
$("text").oninput = weigh;
$("text").onkeydown = (event) => { if (isSending(event)) submit(event); };
$("token-form").onsubmit = signIn;
$("sign-out").onclick = signOut;
$("language").onclick = () => { switchLanguage(); location.reload(); };
$("new").onclick = start;
$("new-too").onclick = start;
$("menu").onclick = () => setMenu(true);
$("side-close").onclick = closeMenu;
$("shade").onclick = closeMenu;
matchMedia("(max-width: 820px)").onchange = closeMenu;
$("list").onclick = ({ target }) => { if (target.closest("a")) closeMenu(); };
$("to-end").onclick = toEnd;
$("frame-close").onclick = () => parent.postMessage("faqbot:close", "*");
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  closeMenu();
  if (isEmbedded && !document.querySelector("dialog[open], form.opinion")) parent.postMessage("faqbot:close", "*");
});
addEventListener("signedout", showGate);
addEventListener("popstate", () => show(here()));
whenOthersTell(() => { if (t.name && about.let_in) refreshList(); });
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return watching?.abort();
  if (!t.name || !about.let_in) return;
  refreshList();
  watch();
});

open();
