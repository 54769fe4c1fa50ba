// What was taught: by whom, from which conversation; owners correct and undo it.

import { brief, button, call, empty, field, isOwner, make, number, t, time, written } from "./dom.js";
import { link } from "./today.js";
import { tryButton } from "./trial.js";

const STATES = ["held", "expired", "served", "offered", "liked"];
const AGAIN_MS = 1_000;

export async function lessons(query, go) {
  const state = STATES.includes(query.get("state")) ? query.get("state") : "";
  const text = query.get("text") ?? "";
  const told = await page(state, text, 0);
  const all = Object.entries(told.counts).reduce((sum, [name, count]) => (name === "liked" ? sum : sum + count), 0);
  const tabs = make("div", { className: "tabs" }, ["", ...STATES].filter((name) => !name || name === state || told.counts[name]).map((name) =>
    link(`${name ? t[`lesson_${name}`] : t.all} ${number(name ? told.counts[name] : all)}`, `#lessons?${new URLSearchParams({ state: name, text })}`, name === state)));
  const search = make("input", { type: "search", value: text });
  const form = make("form", { className: "filters" }, field(t.search_lessons, search), make("button", { type: "submit", className: "primary", textContent: t.search }));
  form.onsubmit = (event) => { event.preventDefault(); go(`lessons?${new URLSearchParams({ state, text: search.value })}`); };
  const list = make("div", { className: "turns" }, told.lessons.map((one) => lesson(one, go)));
  const further = told.lessons.length < told.count ? button(t.further, async () => {
    const next = await page(state, text, list.childElementCount);
    list.append(...next.lessons.map((one) => lesson(one, go)));
    if (list.childElementCount >= next.count) further.remove();
  }) : null;
  if (told.comparing) beside(state, text, list);
  return [form, tabs, told.lessons.length ? list : empty(text ? t.none_found : t.no_lessons), further];
}

const page = (state, text, from) => call("GET", `/lessons?${new URLSearchParams({ state, text, from })}`);

// Says what the FAQ has beside the first lessons as soon as they have been compared.
function beside(state, text, list) {
  setTimeout(async () => {
    if (!list.isConnected) return;
    const told = await page(state, text, 0);
    if (told.comparing) { beside(state, text, list); return; }
    for (const one of told.lessons) list.querySelector(`[data-id="${CSS.escape(one.id)}"] .beside`)?.replaceChildren(overlap(one));
  }, AGAIN_MS);
}

const overlap = (one) => (one.entry ? `${one.contradicted ? t.lesson_contradicted : t.lesson_covered}: ${one.entry}` : "");

function lesson(one, go) {
  const path = `/lessons/${encodeURIComponent(one.id)}`;
  const text = written(one.html);
  const from = one.session && !one.session.startsWith("console:") ? link(t.conversation, `#session?id=${encodeURIComponent(one.session)}`) : null;
  const state = one.state === "served" ? null : make("span", { className: "count", textContent: t[`lesson_${one.state}`] });
  const isLiked = one.state === "liked"; // its answer is the title of the entry that it finds
  const element = make("article", { className: "turn" },
    make("h2", {}, brief(one.question), " ", state), isLiked ? make("p", { textContent: t.liked_finds.replace("{entry}", one.answer) }) : text,
    state ? list(one.findings) : null,
    make("p", { className: "small beside", textContent: overlap(one) }),
    make("p", { className: "small" }, `${[one.author, time(one.learned_at)].filter(Boolean).join(" · ")} `, from));
  element.dataset.id = one.id;
  if (!isOwner()) return element;
  const again = () => go(location.hash.slice(1));
  const edit = button(t.correct, async () => {
    const area = make("textarea", { rows: 6, value: one.answer, maxLength: 4000, ariaLabel: t.answer });
    text.replaceWith(area);
    const save = async (approved) => {
      const { findings, refused } = await call("PATCH", path, { answer: area.value, approved });
      element.querySelector(".held")?.remove();
      if (findings.length) element.append(held(findings, refused, () => save(true)));
      else again();
    };
    const trial = make("div");
    element.append(trial);
    const attempt = tryButton("/lessons/try", () => ({ answer: area.value, lesson: one.id }), trial);
    edit.replaceWith(button(t.save, () => save(false), "primary"), attempt);
    area.focus();
  });
  const undo = button(t.undo, async () => {
    if (!confirm(t.undo_sure)) return;
    await call("DELETE", path);
    again();
  }, "danger");
  const approve = state && !isLiked ? button(t.serve, async () => { await call("POST", `${path}/approve`); again(); }, "primary") : null;
  const expire = one.state === "served" ? button(t.expire, async () => {
    if (!confirm(t.expire_sure)) return;
    await call("POST", `${path}/expire`);
    again();
  }) : null;
  element.append(make("div", { className: "row" }, approve, isLiked ? null : edit, expire, undo));
  return element;
}

// What the gate has found in an answer. A person who has read it may serve the answer, unless it is refused.
export function held(findings, refused, approve) {
  return make("div", { className: "held" },
    make("p", { textContent: refused ? t.gate_refused : t.gate_held }), refused ? null : list(findings),
    refused || !approve ? null : button(t.serve, approve));
}

function list(findings) {
  return make("ul", {}, findings.map((finding) => make("li", { textContent: finding })));
}
