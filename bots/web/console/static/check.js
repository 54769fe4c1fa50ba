// What could be better in the FAQ, by kind: the same list and words as `faqbot check`.

import { button, call, make, me, number, t } from "./dom.js";
import { link } from "./today.js";

const AGAIN_MS = 2_000;

export async function check(query, go) {
  const kind = query.get("kind") ?? "";
  const told = await findings(kind, 0);
  if (told.checking) return [wait(go)];
  const list = make("div", { className: "turns" }, told.problems.map(finding));
  const further = told.problems.length < told.count ? button(t.further, async () => {
    const next = await findings(kind, list.childElementCount);
    list.append(...next.problems.map(finding));
    if (list.childElementCount >= next.count) further.remove();
  }) : null;
  const all = told.kinds.reduce((sum, one) => sum + one.count, 0);
  const words = t.checked.replace("{entries}", number(told.entries)).replace("{count}", number(all)).replace("{concerned}", number(told.concerned));
  const kinds = [{ kind: "", name: t.all, count: all }, ...told.kinds];
  const tabs = all ? make("div", { className: "tabs" }, kinds.map((one) =>
    link(`${one.name} ${number(one.count)}`, `#faq?${new URLSearchParams({ order: "check", kind: one.kind })}`, one.kind === kind))) : null;
  return [make("p", { textContent: all ? words : t.checked_well.replace("{entries}", number(told.entries)) }), tabs, list, further];
}

const findings = (kind, from) => call("GET", `/check?${new URLSearchParams({ kind, from, lang: me.language })}`);

// Looks again until the FAQ is checked, unless another view is shown by then.
function wait(go) {
  const note = make("p", { role: "status", textContent: t.checking });
  setTimeout(() => { if (note.isConnected) go(location.hash.slice(1)); }, AGAIN_MS);
  return note;
}

const finding = (one) => make("article", { className: "turn" },
  make("h2", {}, link(one.title, `#faq?id=${encodeURIComponent(one.faq_id)}`)),
  make("p", {}, one.text, " ", one.other ? link(t.the_other, `#faq?id=${encodeURIComponent(one.other)}`) : ""),
  make("p", { className: "small", textContent: `→ ${one.advice}` }));
