// The page: the conversation that is shown, the list of all, and the field for questions.
// What the server sends as HTML was made safe there (bots/web/format.py); all other text is text.

import { $, fit, isSending, make, random, say } from "./dom.js";
import { OPEN, openQuestions, remember } from "./memory.js";
import { Problem, call, persistently, setOnline } from "./server.js";
import { about, learn, t } from "./texts.js";
import { Turn } from "./turn.js";

let session = ""; // "" until the first question of a new conversation
let turns = []; // of the conversation that is shown, in order
let shownConversation = 0; // grows with each one, so that what is late for it is thrown away
let sessions = [];

// What turns need of the conversation that they are in.
const page = { ask, begin, isKeepingUp, keepUp, noteScroll, refreshList, removed };

// --- The conversation

function add(question) {
  const turn = new Turn(question, page);
  turns.push(turn);
  $("log").append(turn.element);
  $("welcome").hidden = true;
  return turn;
}

function begin(question) {
  if (turns.some((turn) => turn.id === question.id)) return; // another tab's press was first
  const turn = add(question);
  remember(turn.id, { session: turn.session, text: turn.text, asked_at: turn.askedAt });
  turn.follow();
  keepUp(turn);
  focusText(); // the button that was pressed can be pressed no more
  refreshList();
}

async function ask(text) {
  if (!session) {
    // The server makes it, and knows whose it is.
    session = (await persistently(() => call("POST", "/sessions"))).session;
    history.pushState(null, "", `#${session.slice(4)}`);
  }
  const name = random(9);
  const turn = add({ id: `${session}:${name}`, session, text });
  remember(turn.id, { session, text, asked_at: turn.askedAt });
  listLocally(turn);
  keepUp(turn);
  focusText();
  say(t.searching);
  try {
    // The id makes it safe to send again: it is one question.
    const asked = await persistently(() => call("POST", "/questions", { id: name, session: turn.session, text }));
    if (asked.id !== turn.id) moved(turn, asked);
    turn.follow();
  } catch (error) {
    remember(turn.id, null);
    turn.mine = false; // there is nothing to edit or to take back
    turn.showAsked();
    turn.fail(error.message, () => {
      turn.element.remove();
      turns = turns.filter((other) => other !== turn);
      ask(text);
    });
  }
}

// The conversation was somebody else's: the question begins one of one's own.
function moved(turn, asked) {
  remember(turn.id, null);
  [turn.id, turn.session] = [asked.id, asked.session];
  remember(turn.id, { session: turn.session, text: turn.text, asked_at: turn.askedAt });
  session = turn.session;
  history.pushState(null, "", `#${session.slice(4)}`);
  refreshList();
}

async function show(name) {
  const number = ++shownConversation;
  for (const turn of turns) turn.following?.abort();
  turns = [];
  $("log").replaceChildren();
  $("welcome").hidden = true;
  session = name;
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
}

async function load(name, number) {
  const found = [];
  for (let after = 0; after !== null;) {
    const part = await persistently(() => call("GET", `/sessions/${encodeURIComponent(name)}?html&limit=100&after=${after}`));
    if (number !== shownConversation) return;
    found.push(...part.questions);
    after = part.next;
  }
  const known = new Set(found.map((question) => question.id));
  for (const [id, open] of Object.entries(openQuestions())) {
    if (open.session !== name || known.has(id)) continue;
    try {
      found.push(await persistently(() => call("GET", `/questions/${encodeURIComponent(id)}?html`)));
    } catch (error) {
      if (error.status === 404) remember(id, null);
    }
    if (number !== shownConversation) return;
  }
  found.sort((one, other) => one.asked_at.localeCompare(other.asked_at));
  for (const question of found) {
    const turn = add(question);
    if (!question.answer) turn.follow();
  }
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
  refreshList();
  focusText();
}

function showWelcome() {
  $("welcome").hidden = turns.length > 0;
}

const scroller = $("scroll");
function isAtEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
}
function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  $("to-end").hidden = true;
}

// The end of an answer, but never beyond its question: a long one is read from its beginning.
function placeFor(turn) {
  const end = scroller.scrollHeight - scroller.clientHeight;
  return Math.max(0, Math.min(end, turn.element.offsetTop - 20));
}
function keepUp(turn) {
  scroller.scrollTop = placeFor(turn);
  noteScroll();
}
function noteScroll() {
  $("to-end").hidden = isAtEnd();
}
function isKeepingUp(turn) {
  return Math.abs(scroller.scrollTop - placeFor(turn)) < 80;
}

// --- The list of conversations

async function refreshList() {
  try {
    sessions = (await call("GET", "/sessions")).sessions;
  } catch {
    return; // it is shown as it was
  }
  const known = new Set(sessions.map((one) => one.session));
  for (const open of Object.values(openQuestions())) {
    if (!known.has(open.session)) sessions.unshift({ session: open.session, title: open.text, last_at: open.asked_at });
    known.add(open.session);
  }
  drawList();
}

function listLocally(turn) {
  if (!sessions.some((one) => one.session === turn.session)) {
    sessions.unshift({ session: turn.session, title: turn.text, last_at: turn.askedAt });
  }
  drawList();
}

function drawList() {
  const list = $("list");
  list.replaceChildren();
  if (!sessions.length) list.append(make("p", { textContent: t.no_conversations }));
  let before = "";
  for (const { session: name, title, last_at } of sessions) {
    const day = dayOf(new Date(last_at));
    if (day !== before) list.append(make("h3", { textContent: day }));
    before = day;
    list.append(make("a", { href: `#${name.slice(4)}`, textContent: title, title }));
  }
  markCurrent();
}

function dayOf(moment) {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  if (moment >= midnight) return t.today;
  midnight.setDate(midnight.getDate() - 1);
  return moment >= midnight ? t.yesterday : t.earlier;
}

function markCurrent() {
  for (const link of $("list").querySelectorAll("a")) {
    if (`web:${link.hash.slice(1)}` === session) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function openMenu() {
  $("side").classList.add("open");
  $("shade").hidden = false;
  $("menu").setAttribute("aria-expanded", "true");
  $("side-close").focus();
}

function closeMenu() {
  $("side").classList.remove("open");
  $("shade").hidden = true;
  $("menu").setAttribute("aria-expanded", "false");
}

// --- Writing a question

// Not where that would bring a keyboard up over the page.
function focusText() {
  if (matchMedia("(hover: hover)").matches) $("text").focus();
}

function weigh() {
  const area = $("text");
  fit(area);
  const length = [...area.value.trim()].length;
  const most = about.question_characters;
  $("count").textContent = `${length.toLocaleString()} / ${most.toLocaleString()}`;
  $("count").hidden = length < most * 0.9;
  $("count").classList.toggle("over", length > most);
  $("over").textContent = length > most ? t.long_question : "";
  $("hint").hidden = length > most;
  $("send").disabled = !length || length > most;
}

function submit(event) {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return say(t.empty_question);
  if ([...text].length > about.question_characters) return say(t.long_question);
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

// --- The beginning

function here() {
  const name = location.hash.slice(1);
  return /^[a-z0-9-]{1,32}:[\w-]{16,64}$/.test(name) ? `web:${name}` : "";
}

async function open() {
  learn(await persistently(() => call("GET", "/about")));
  document.title = t.name;
  document.documentElement.lang = t.language;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t[element.dataset.t];
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", t[element.dataset.label]);
    element.title = t[element.dataset.label];
  }
  if (!about.let_in) return showGate();
  $("gate").hidden = true;
  $("app").hidden = false;
  $("text").placeholder = t.placeholder;
  $("examples").replaceChildren(...about.examples.map((text) =>
    make("button", { type: "button", textContent: text, onclick: () => ask(text) })));
  drawList();
  refreshList();
  await show(here());
  focusText();
}

$("ask").onsubmit = submit;
$("text").oninput = weigh;
$("text").onkeydown = (event) => { if (isSending(event)) submit(event); };
$("token-form").onsubmit = signIn;
$("new").onclick = start;
$("new-too").onclick = start;
$("menu").onclick = openMenu;
$("side-close").onclick = () => { closeMenu(); $("menu").focus(); };
$("shade").onclick = closeMenu;
$("list").onclick = closeMenu;
$("to-end").onclick = toEnd;
scroller.onscroll = noteScroll;
addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenu(); });
addEventListener("signedout", showGate);
addEventListener("popstate", () => show(here()));
// Another tab of this browser has asked something, or an answer there has ended.
addEventListener("storage", (event) => {
  if (event.key !== OPEN || !t.name) return;
  for (const [id, open] of Object.entries(openQuestions())) {
    if (open.session === session && !turns.some((turn) => turn.id === id)) add({ id, ...open }).follow();
  }
  refreshList();
});

document.addEventListener("visibilitychange", () => { if (!document.hidden && t.name) refreshList(); });

open().catch((error) => document.body.append(make("p", { className: "noscript", textContent: error.message })));
