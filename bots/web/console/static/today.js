// What happened of late, and what waits right now.

import { chart } from "./chart.js";
import { brief, call, dollars, duration, empty, make, me, number, share, state, t, table, time } from "./dom.js";

const WINDOWS = ["hours", "days", "weeks"];

export async function today(query, go) {
  const over = WINDOWS.includes(query.get("over")) ? query.get("over") : "hours";
  const platform = query.get("platform") ?? "";
  const told = await call("GET", `/today?over=${over}&platform=${encodeURIComponent(platform)}`);
  const tabs = make("div", { className: "tabs" }, WINDOWS.map((name) =>
    link(t[`over_${name}`], `#today?over=${name}&platform=${platform}`, name === over)));
  const all = told.total;
  const behind = (filter) => `#conversations?${new URLSearchParams({ since: told.since, ...(platform ? { platform } : {}), ...filter })}`;
  const cards = make("div", { className: "cards" },
    card(t.asked, number(all.asked), behind({})),
    card(t.answered, `${number(all.answered)}`, behind({ state: "answered" }), share(all.asked ? all.answered / all.asked : null)),
    card(t.not_found, number(all.not_found), behind({ state: "escalated" })),
    card(t.refused, number(all.refused), behind({ state: "declined" })),
    card(t.handed_over, number(all.handed_over), behind({ rated: "handed_over" })),
    card(t.liked, share(all.liked), behind({ rated: "unhelpful" }), `👍 ${number(all.helpful)} 👎 ${number(all.unhelpful)}`),
    card(t.first_text, duration(all.p50_ms), behind({}), `p95 ${duration(all.p95_ms)}`),
    card(t.cost, dollars(all.cost_usd), behind({})));
  const step = over === "hours" ? { day: "numeric", hour: "numeric" } : { month: "short", day: "numeric" };
  const shown = (ms) => new Intl.DateTimeFormat(me.language, { ...step, timeZone: told.zone }).format(ms);
  const isElsewhere = told.zone !== Intl.DateTimeFormat().resolvedOptions().timeZone;
  const values = (name) => told.periods.map((one) => one[name]);
  const plot = chart(t.by_period, told.periods.map((one) => one.start), [
    { label: t.asked, values: values("asked"), color: "--accent" },
    { label: t.answered, values: values("answered"), color: "--blue" },
    { label: t.not_found, values: values("not_found"), color: "--warm" },
  ], shown, told.zone);
  const columns = [{ label: t.platform }, ...[t.asked, t.answered, t.not_found, t.liked, "p50", "p95", t.cost].map((label) => ({ label, isFigure: true }))];
  const rows = Object.entries(told.by_platform).map(([name, one]) => [link(name, `#today?over=${over}&platform=${platform ? "" : name}`, name === platform), number(one.asked), number(one.answered), number(one.not_found), share(one.liked), duration(one.p50_ms), duration(one.p95_ms), dollars(one.cost_usd)]);
  const waiting = told.waiting.length
    ? table(t.waiting, [{ label: t.when }, { label: t.question }, { label: t.state_of }], told.waiting.map((one) => [make("span", { className: "when", textContent: time(one.asked_at) }), link(brief(one.text), `#session?id=${encodeURIComponent(one.session)}`), state(one.state)]))
    : make("p", { className: "empty", textContent: t.nothing_waits });
  return [tabs, cards, make("h2", { textContent: isElsewhere ? `${t.by_period} (${told.zone})` : t.by_period }), plot, make("h2", { textContent: t.by_platform }), rows.length ? table(t.by_platform, columns, rows) : empty(), make("h2", { textContent: t.waiting }), waiting];
}

export function link(text, href, isCurrent = false) {
  const element = make("a", { href, textContent: text });
  if (isCurrent) element.setAttribute("aria-current", "true");
  return element;
}

const card = (label, figure, href, more = "") =>
  make("a", { className: "card", href }, make("span", { textContent: label }), make("strong", { textContent: figure }), more && make("small", { textContent: more }));
