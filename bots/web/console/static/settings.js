// Switches with the log of changes, and people's data for legal requests.

import { auditOf, rulesOf, valueOf } from "./audit.js";
import { button, call, field, isOwner, lines, make, number, say, t } from "./dom.js";
import { link } from "./today.js";
import { tryButton } from "./trial.js";

const CHOICES = { models: ["on", "off"] };
const STEPS = { answer_confidence: 0.05, daily_cap_usd: 0.01, daily_user_cap_usd: 0.01 };
const TRIED = "answer_confidence"; // changes answers without models
const RULES = ["mention", "asker", "all"];

export async function switches(query, go) {
  const told = await call("GET", "/switches");
  return [
    make("p", { className: "small", textContent: t.switches_about }),
    ...told.switches.map((one) => position(one, go)),
    make("h2", { textContent: t.audit }), auditOf(told.audit),
  ];
}

// One switch: what it is, how it is set, and what the settings say.
function position(one, go) {
  const set = async (value) => {
    try {
      await call("PUT", "/switches", { name: one.name, value });
    } catch (error) {
      throw error.status === 400 ? new Error(t.bad_value.replace("{about}", t[`switch_${one.name}_about`])) : error;
    }
    say(t.switched);
    go("switches");
  };
  const input = one.name === "threads" ? rules(one.value) : CHOICES[one.name] ? choice(one) : amount(one);
  const isChanged = one.value !== one.default;
  const element = make("article", { className: "turn switch" },
    make("h2", {}, t[`switch_${one.name}`], " ", isChanged ? make("span", { className: "count", textContent: t.is_changed }) : null),
    make("p", { className: "small", textContent: t[`switch_${one.name}_about`] }),
    isOwner() ? input.element : make("p", { textContent: valueOf(one.name, one.value) }),
    make("p", { className: "small", textContent: t.as_set.replace("{value}", valueOf(one.name, one.default)) }));
  if (!isOwner()) return element;
  const trial = make("div");
  const attempt = one.name === TRIED ? tryButton("/switches/try", () => ({ name: one.name, value: input.value() }), trial) : null;
  element.append(make("div", { className: "row" },
    button(t.save, () => set(input.value()), "primary"), attempt, isChanged ? button(t.reset, () => set(null)) : null), trial);
  return element;
}

function choice(one) {
  const select = make("select", { ariaLabel: t[`switch_${one.name}`] }, CHOICES[one.name].map((value) => make("option", { value, textContent: t[`${one.name}_${value}`] })));
  select.value = one.value;
  return { element: select, value: () => select.value };
}

function amount(one) {
  const input = make("input", { type: "number", min: 0, step: STEPS[one.name] ?? 1, value: one.value, ariaLabel: t[`switch_${one.name}`] });
  return { element: input, value: () => input.value };
}

// The manners: a rule for all threads, and one for each channel that has its own.
function rules(text) {
  const told = rulesOf(text);
  const picked = (value, label) => {
    const select = make("select", { ariaLabel: label }, RULES.map((rule) => make("option", { value: rule, textContent: t[`rule_${rule}`] })));
    select.value = value;
    return select;
  };
  const all = picked(told.find(({ channel }) => !channel)?.rule ?? "asker", t.rule_default);
  const list = make("div", {});
  const add = (channel = "", rule = "mention") => {
    const name = make("input", { value: channel, placeholder: "C0123ABCD", maxLength: 40, ariaLabel: t.filter_channel });
    const line = make("div", { className: "line" }, name, picked(rule, t.rule_of_channel), button(t.remove, async () => line.remove()));
    list.append(line);
  };
  for (const { channel, rule } of told) if (channel) add(channel, rule);
  const value = () => [all.value, ...[...list.children].map((line) => [line.querySelector("input").value.trim(), line.querySelector("select").value]).filter(([channel]) => channel).map(([channel, rule]) => `${channel}=${rule}`)].join(", ");
  return { element: make("div", {}, field(t.rule_default, all), list, make("div", { className: "row" }, button(t.add_channel, async () => add()))), value };
}

export async function people(query) {
  if (!isOwner()) return [make("p", { className: "empty", textContent: t.for_owners })];
  const person = make("input", { required: true, maxLength: 200, value: query.get("person") ?? "" });
  const result = make("div", { role: "status" });
  const path = () => `/people/${encodeURIComponent(person.value.trim())}`;
  const given = () => { if (person.value.trim()) return true; person.focus(); return false; };
  const save = button(t.export, async () => {
    if (!given()) return;
    result.textContent = "";
    const rows = [];
    let turns = 0;
    await lines("GET", path(), undefined, (row) => {
      if (row.failed) throw new Error(t.failed);
      rows.push(`${JSON.stringify(row)}\n`);
      if (row.kind === "turn") turns += 1;
    });
    if (!rows.length) {
      result.textContent = t.nobody;
      return;
    }
    const address = URL.createObjectURL(new Blob(rows, { type: "application/x-ndjson" }));
    make("a", { href: address, download: "person.jsonl" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    result.textContent = t.exported.replace("{count}", number(turns));
  }, "primary");
  const forget = button(t.delete, async () => {
    if (!given() || !confirm(t.delete_sure)) return;
    result.textContent = "";
    const gone = await call("DELETE", path());
    result.textContent = t.deleted.replace("{turns}", number(gone.turns)).replace("{opinions}", number(gone.feedback)).replace("{memories}", number(gone.memories)).replace("{meetings}", number(gone.meetings));
  }, "danger");
  return [make("p", { textContent: t.people_about }), make("p", { className: "small" }, `${t.people_which} `, link(t.conversations, "#conversations")), make("div", { className: "person" }, field(t.filter_person, person)), make("div", { className: "row" }, save, forget), result];
}
