// The entries with what is known of each; and one of them, with the questions that find it.

import { button, call, day, empty, field, isOwner, make, number, say, t, table, written } from "./dom.js";
import { check } from "./check.js";
import { origin } from "./source.js";
import { link } from "./today.js";

const ORDERS = ["used", "in_vain", "unhelpful", "never", "due", "check"];
const FIGURES = ["used", "helpful", "unhelpful", "in_vain"];
// The questions behind each figure.
const BEHIND = { used: { state: "answered" }, helpful: { rated: "helpful" }, unhelpful: { rated: "unhelpful" }, in_vain: { state: "escalated" } };
const MONTHS = [3, 6, 12];

export async function faq(query, go) {
  if (query.get("id")) return one(query.get("id"), go);
  const order = ORDERS.includes(query.get("order")) ? query.get("order") : "used";
  const text = query.get("text") ?? "";
  const tabs = make("div", { className: "tabs" }, ORDERS.map((name) => link(t[`order_${name}`], `#faq?${new URLSearchParams({ order: name, text: name === "check" ? "" : text })}`, name === order)));
  if (order === "check") return [await origin(go), tabs, ...await check(query, go)];
  const page = (from) => call("GET", `/entries?${new URLSearchParams({ order, text, from })}`);
  const told = await page(0);
  const search = make("input", { type: "search", value: text });
  const form = make("form", { className: "filters" }, field(t.search_entries, search), make("button", { type: "submit", className: "primary", textContent: t.search }));
  form.onsubmit = (event) => { event.preventDefault(); go(`faq?${new URLSearchParams({ order, text: search.value })}`); };
  if (!told.count) return [await origin(go), form, tabs, empty(text ? t.none_found : t.nothing)];
  const count = make("p", { className: "small" });
  const columns = [{ label: t.entry }, ...FIGURES.map((name) => ({ label: t[name], isFigure: true })), { label: t.review }];
  const list = table(t.faq, columns, told.entries.map(row));
  const body = list.querySelector("tbody");
  const counted = () => { count.textContent = t.shown_of.replace("{shown}", number(body.childElementCount)).replace("{all}", number(told.count)); };
  const further = told.entries.length < told.count ? button(t.further, async () => {
    const next = await page(body.childElementCount);
    body.append(...table(t.faq, columns, next.entries.map(row)).querySelectorAll("tbody tr"));
    counted();
    if (body.childElementCount >= next.count || !next.entries.length) further.remove();
  }) : null;
  counted();
  return [await origin(go), form, tabs, count, list, further];
}

const row = (entry) => [
  link(entry.title, `#faq?id=${encodeURIComponent(entry.faq_id)}`),
  ...FIGURES.map((name) => figure(entry, name, number(entry[name]))), reviewed(entry),
];

const figure = (entry, name, words) => (entry[name] ? link(words, `#conversations?${new URLSearchParams({ entry: entry.title, ...BEHIND[name] })}`) : words);

function reviewed({ review }) {
  if (!review) return make("span", { className: "small", textContent: t.never_reviewed });
  const isDue = new Date(review.due_at) <= new Date();
  const words = t.reviewed_by.replace("{who}", review.who).replace("{day}", day(review.at));
  const due = (isDue ? t.due_since : t.due_on).replace("{day}", day(review.due_at));
  return make("span", { className: "small" }, `${words} · `, make("span", { className: isDue ? "late" : "", textContent: due }));
}

async function one(id, go) {
  const entry = await call("GET", `/entries/${encodeURIComponent(id)}`);
  const figures = FIGURES.flatMap((name) => [figure(entry, name, `${t[name]} ${number(entry[name])}`), " · "]);
  return [
    make("p", {}, link(t.back_to_list, "#faq")),
    make("h2", { textContent: entry.title }),
    make("p", { className: "small" }, ...figures, link(t.used_in, `#conversations?entry=${encodeURIComponent(entry.title)}`)),
    make("p", {}, reviewed(entry)),
    isOwner() ? make("div", { className: "row" }, MONTHS.map((months) => button(t.mark_reviewed.replace("{months}", number(months)), async () => {
      await call("PUT", `/entries/${encodeURIComponent(id)}/review`, { months });
      go(`faq?id=${encodeURIComponent(id)}`);
    }))) : null,
    make("article", { className: "turn whole" }, written(entry.html)),
    entry.url ? make("p", {}, make("a", { href: entry.url, rel: "noopener noreferrer", target: "_blank", textContent: t.original })) : null,
    make("h3", { textContent: t.found_by }),
    questions(entry, go),
  ];
}

function questions(entry, go) {
  const shown = entry.questions.length ? make("ul", {}, entry.questions.map((text) => make("li", { textContent: text }))) : empty();
  const holder = make("div", {}, shown);
  if (isOwner()) holder.append(make("div", { className: "row" }, button(t.edit_questions, async () => edit(entry, holder, go))));
  return holder;
}

// A line for each question, in the place of the list.
function edit(entry, holder, go) {
  const area = make("textarea", { rows: Math.max(entry.questions.length + 2, 6), value: entry.questions.join("\n") });
  const notice = make("p", { className: "small", role: "status" });
  const save = button(t.save, async () => {
    notice.textContent = t.saving;
    const path = `/entries/${encodeURIComponent(entry.faq_id)}/questions`;
    const { refused } = await call("PUT", path, { questions: area.value.split("\n") });
    if (refused) {
      notice.textContent = t[`questions_${refused.reason}`].replace("{question}", refused.question).replace("{title}", refused.title);
      return area.focus();
    }
    say(t.saved);
    go(`faq?id=${encodeURIComponent(entry.faq_id)}`);
  }, "primary");
  const cancel = button(t.cancel, async () => go(`faq?id=${encodeURIComponent(entry.faq_id)}`));
  holder.replaceChildren(field(t.questions_about, area), notice, make("div", { className: "row" }, save, cancel));
  area.focus();
}
