// The entries, with how often each was used, liked, disliked and asked for in vain.

import { call, empty, field, make, number, t, table } from "./dom.js";
import { link } from "./today.js";

const ORDERS = ["used", "in_vain", "unhelpful", "never"];
const SHOWN = 200;

export async function faq(query, go) {
  if (query.get("id")) return one(query.get("id"));
  const { entries } = await call("GET", "/entries");
  const order = ORDERS.includes(query.get("order")) ? query.get("order") : "used";
  const search = make("input", { type: "search", value: query.get("text") ?? "" });
  const form = make("form", { className: "filters" }, field(t.search, search), make("button", { type: "submit", className: "primary", textContent: t.search }));
  form.onsubmit = (event) => { event.preventDefault(); go(`faq?${new URLSearchParams({ order, text: search.value })}`); };
  const tabs = make("div", { className: "tabs" }, ORDERS.map((name) => link(t[`order_${name}`], `#faq?${new URLSearchParams({ order: name, text: search.value })}`, name === order)));
  const wanted = search.value.trim().toLocaleLowerCase();
  let chosen = entries.filter((entry) => !wanted || entry.title.toLocaleLowerCase().includes(wanted));
  chosen = order === "never" ? chosen.filter((entry) => !entry.used) : chosen.toSorted((a, b) => b[order] - a[order]);
  const columns = [{ label: t.entry }, ...["used", "helpful", "unhelpful", "in_vain"].map((name) => ({ label: t[name], isFigure: true }))];
  const rows = chosen.slice(0, SHOWN).map((entry) => [link(entry.title, `#faq?id=${encodeURIComponent(entry.faq_id)}`), number(entry.used), number(entry.helpful), number(entry.unhelpful), number(entry.in_vain)]);
  const count = make("p", { className: "small", textContent: t.shown_of.replace("{shown}", number(rows.length)).replace("{all}", number(chosen.length)) });
  return [form, tabs, count, rows.length ? table(t.faq, columns, rows) : empty()];
}

async function one(id) {
  const entry = await call("GET", `/entries/${encodeURIComponent(id)}`);
  const figures = ["used", "helpful", "unhelpful", "in_vain"].map((name) => `${t[name]} ${number(entry[name])}`).join(" · ");
  return [
    make("h2", { textContent: entry.title }),
    make("p", { className: "small" }, `${figures} · `, link(t.used_in, `#conversations?entry=${encodeURIComponent(entry.title)}`)),
    make("p", { className: "said", textContent: entry.text }),
    make("h3", { textContent: t.found_by }),
    entry.questions.length ? make("ul", {}, entry.questions.map((text) => make("li", { textContent: text }))) : empty(),
  ];
}
