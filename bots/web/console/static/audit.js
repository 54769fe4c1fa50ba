// The log of changes in the console's language; the log itself is stored in one language.

import { empty, make, t, table, time } from "./dom.js";

const COUNTED = /([\d,]+) (turns|questions|opinions|memories|meetings|added|changed|unchanged|removed|lessons)\b/g;

export function auditOf(events) {
  const columns = [{ label: t.when }, { label: t.who }, { label: t.what }, { label: t.detail }];
  const rows = events.map((one) => [
    make("span", { className: "when", textContent: time(one.at) }), t[`actor_${one.who.replaceAll(" ", "_")}`] ?? one.who,
    t[`audit_${one.action.replaceAll(".", "_")}`] ?? one.action, detailOf(one),
  ]);
  return rows.length ? table(t.audit, columns, rows) : empty();
}

function detailOf({ action, detail }) {
  const [kind, name] = action.split(".");
  if (kind === "lesson") return detail.replace(/^\S+( in \S+)?: /, "");
  if (kind === "switch") return detail.split(" -> ").map((value) => valueOf(name, value)).join(" → ");
  if (action === "entry.review") return detail.replace(/: due again (\S+)$/, (_, date) => ` (${t.due_on.replace("{day}", date)})`);
  if (kind === "person" || kind === "faq") return counted(detail);
  return detail;
}

// What an ingest says of lessons ends with words for the command line.
const counted = (detail) => detail
  .replace("that it answers, too, or contradicts (`faqbot lessons review`)", "")
  .replace(COUNTED, (_, count, what) => t[`counted_${what}`].replace("{count}", count)).trim();

// The rules of the manners: one for all channels (`asker`), others for one (`C0123=mention`).
export const rulesOf = (text) => text.split(/[,\s]+/).filter(Boolean).map((part) => {
  const [rule, channel = ""] = part.split("=").reverse();
  return { channel, rule };
});

// The value of a switch in words.
export function valueOf(name, value) {
  if (name === "threads") return rulesOf(value).map(({ channel, rule }) => (channel ? `${channel}: ` : "") + (t[`rule_${rule}`] ?? rule)).join(", ");
  return t[`${name}_${value}`] ?? value;
}
