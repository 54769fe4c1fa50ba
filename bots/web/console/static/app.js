// The console: signing in, and one view after the other by the address behind the #.

import { conversations, session } from "./conversations.js";
import { $, call, make, me, t, wordsOf } from "./dom.js";
import { faq } from "./faq.js";
import { gaps } from "./gaps.js";
import { lessons } from "./lessons.js";
import { people, switches } from "./settings.js";
import { today } from "./today.js";

const VIEWS = { today, conversations, faq, gaps, lessons, switches, people };
const HIDDEN = { session }; // reached from others
const LANGUAGE = "faqbot.language";
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

let shown = 0; // grows with each view, so that what is late is thrown away
let address = null; // of the view that is shown

const language = () => {
  try {
    return JSON.parse(localStorage.getItem(LANGUAGE)) ?? (navigator.language.startsWith("ko") ? "ko" : "en");
  } catch {
    return "ko";
  }
};

// Tries until the server has told the console's words. Until then there are those of its HTML.
async function hear() {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      const told = await call("GET", `/me?lang=${language()}`);
      if (!told?.texts?.console) throw new TypeError("these are not the words of the console");
      $("starting").hidden = true;
      return told;
    } catch {
      $("starting").classList.add("now");
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

async function open() {
  const told = await hear();
  Object.assign(me, { who: "", role: "", csrf: "" }, told);
  Object.assign(t, told.texts);
  document.documentElement.lang = told.language;
  document.title = `${t.console} · ${told.name}`;
  if (!told.who) return showGate();
  $("gate").hidden = true;
  $("app").hidden = false;
  $("name").textContent = told.name;
  $("who").textContent = `${told.who} (${t[`role_${told.role}`]})`;
  $("sign-out").textContent = t.sign_out;
  const [other, name] = told.language === "ko" ? ["en", "English"] : ["ko", "한국어"];
  Object.assign($("language"), { lang: other, textContent: name });
  $("language").onclick = () => { localStorage.setItem(LANGUAGE, JSON.stringify(other)); location.reload(); };
  $("nav").replaceChildren(...Object.keys(VIEWS).map((view) => make("a", { href: `#${view}`, textContent: t[view] })));
  await show();
}

function go(to) {
  if (`#${to}` === location.hash) show();
  else location.hash = to;
}

async function show() {
  const number = ++shown;
  const [name, query = ""] = location.hash.slice(1).split("?");
  const view = VIEWS[name] ?? HIDDEN[name] ?? today;
  const key = VIEWS[name] ? name : HIDDEN[name] ? "conversations" : "today";
  for (const link of $("nav").children) {
    if (link.hash === `#${key}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  $("title").textContent = t[name] ?? t[key];
  $("problem").textContent = "";
  $("view").setAttribute("aria-busy", "true");
  try {
    const parts = await view(new URLSearchParams(query), go);
    if (number !== shown) return;
    $("view").replaceChildren(...parts.filter(Boolean));
    if (location.hash === address) { // the same view, after a change: what was pressed may be gone
      if (document.activeElement === document.body) $("main").focus({ preventScroll: true });
      return;
    }
    address = location.hash;
    $("say").textContent = "";
    const turn = document.getElementById(new URLSearchParams(query).get("turn"));
    if (turn) turn.scrollIntoView();
    else scrollTo(0, 0);
  } catch (error) {
    if (number !== shown) return;
    $("view").replaceChildren();
    $("problem").textContent = wordsOf(error);
  } finally {
    if (number === shown) $("view").removeAttribute("aria-busy");
  }
}

function showGate() {
  $("app").hidden = true;
  $("gate").hidden = false;
  for (const [id, text] of [["gate-title", t.console], ["gate-about", t.token_about], ["token-label", t.token], ["user-label", t.your_name], ["enter", t.enter]]) $(id).textContent = text;
  $("token").focus();
}

$("login").onsubmit = async (event) => {
  event.preventDefault();
  $("wrong").textContent = "";
  try {
    await call("POST", "/login", { token: $("token").value, name: $("user").value.trim() });
  } catch (error) {
    $("wrong").textContent = error.status === 401 ? t.wrong_token : wordsOf(error);
    return $("token").select();
  }
  $("token").value = "";
  await open();
};
$("sign-out").onclick = async () => {
  try {
    await call("DELETE", "/login");
    location.reload();
  } catch (error) {
    $("problem").textContent = wordsOf(error);
  }
};
$("nav").onclick = ({ target }) => { if (target.hash && target.hash === location.hash) show(); }; // to look again
addEventListener("hashchange", () => { if (me.who) { show(); $("main").focus({ preventScroll: true }); } });
addEventListener("signedout", () => { if (me.who) { me.who = ""; showGate(); } });
open();
