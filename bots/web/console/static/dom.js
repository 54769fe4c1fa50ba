// Elements, calls, and how figures and times are written.

export const $ = (id) => document.getElementById(id);
export const t = {}; // every word of the console
const BRIEF_CHARS = 160;
const SAID_MS = 6_000;
export const me = { who: "", role: "", csrf: "", language: "ko" };

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Says what was done, for some seconds.
let saying;
export function say(text) {
  $("say").textContent = text;
  clearTimeout(saying);
  saying = setTimeout(() => { $("say").textContent = ""; }, SAID_MS);
}
export const isOwner = () => me.role === "owner";

class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export async function call(method, path, body) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  if (me.csrf) headers["Faqbot-Console"] = me.csrf;
  const response = await fetch(`/console/api${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!response.ok) throw await problemOf(response, path);
  // What is no JSON comes from something in between, such as a network that wants a sign-in first.
  return response.status === 204 ? null : response.json().catch(() => { throw new TypeError("this is no JSON"); });
}

// What the bot refuses in its own words; other details without words here are for programmers.
const IN_WORDS = [409, 413, 429];

export async function problemOf(response, path) {
  const told = await response.json().catch(() => ({}));
  if (response.status === 401 && path !== "/login") dispatchEvent(new Event("signedout"));
  const words = t[`problem_${told.detail}`];
  if (words) return new Problem(response.status, words.replace("{reason}", told.reason));
  return new Problem(response.status, (IN_WORDS.includes(response.status) && told.detail) || t.failed);
}

// What to tell of an error; `fetch` throws a TypeError if nobody answers.
export const wordsOf = (error) => (error instanceof Problem ? error.message : error instanceof TypeError ? t.away : t.failed);

// Calls, and hands each line of the response on as it comes.
export async function lines(method, path, body, take) {
  const headers = { "Content-Type": "application/json", "Faqbot-Console": me.csrf };
  const response = await fetch(`/console/api${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw await problemOf(response, path);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read();
    held += value ?? "";
    const whole = held.split("\n");
    held = whole.pop();
    for (const line of whole) take(JSON.parse(line));
    if (done) return;
  }
}

export const number = (value) => (value ?? 0).toLocaleString(me.language);
// A share that is small, and yet not nothing, is not shown as 0 %.
export const share = (value) => (value === null || value === undefined ? "–" : new Intl.NumberFormat(me.language, { style: "percent", maximumFractionDigits: value < 0.01 ? 1 : 0 }).format(value));
export const duration = (ms) => (ms === null || ms === undefined ? "–" : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
export const dollars = (usd, digits = 2) => `$${(usd ?? 0).toFixed(digits)}`;

// A moment; with its year, if that is another than this one.
export function time(iso) {
  const at = new Date(iso);
  const year = at.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
  return new Intl.DateTimeFormat(me.language, { ...year, month: "short", day: "numeric", hour: "numeric", minute: "2-digit" }).format(at);
}

export const day = (iso) => new Intl.DateTimeFormat(me.language, { dateStyle: "medium" }).format(new Date(iso));

// A table of rows; a cell is text or an element, and columns of figures are aligned to the right.
export function table(caption, columns, rows) {
  const head = make("tr", {}, columns.map(({ label, isFigure }) => make("th", { scope: "col", className: isFigure ? "figure" : "", textContent: label })));
  const body = rows.map((cells) => make("tr", {}, cells.map((cell, place) => make("td", { className: columns[place].isFigure ? "figure" : "" }, cell ?? ""))));
  return make("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: caption },
    make("table", {}, make("caption", { className: "hidden", textContent: caption }), make("thead", {}, head), make("tbody", {}, body)));
}

export const state = (name) => make("span", { className: `state ${name}`, textContent: t[`state_${name}`] ?? name });

export function button(label, onclick, className = "") {
  const element = make("button", { type: "button", className, textContent: label });
  element.onclick = async () => {
    element.disabled = true;
    $("problem").textContent = "";
    try {
      await onclick();
    } catch (error) {
      $("problem").textContent = wordsOf(error);
    } finally {
      element.disabled = false;
    }
  };
  return element;
}

export const field = (label, input) => make("label", { className: "field" }, make("span", { textContent: label }), input);
export const empty = (text = t.nothing) => make("p", { className: "empty", textContent: text });

// Markdown as the page shows it: the server made this HTML safe (bots/web/render/page_html.py).
export function written(blocks) {
  const element = make("div", { className: "text" });
  element.innerHTML = blocks.join("");
  return element;
}

// A text for lists, which one long question must not fill.
export const brief = (text) => (text.length > BRIEF_CHARS ? `${text.slice(0, BRIEF_CHARS).trimEnd()}…` : text);
