// The way from a question to its answer, step by step; and the same question asked again, beside it.

import { call, dollars, duration, empty, make, number, share, state, t, table, written } from "./dom.js";

const SIGNALS = ["score", "words", "letters", "grams", "meaning", "alignment", "title_alignment"];

// Everything that is kept of a turn beside what was said.
export function replayOf(turn) {
  const { trace } = turn;
  return make("div", { className: "replay" },
    make("h3", { textContent: t.step_read }), reading(turn),
    make("h3", { textContent: t.step_found }), candidates(trace), evidence(trace),
    make("h3", { textContent: t.step_decided }), make("p", { textContent: decision(turn) }),
    make("h3", { textContent: t.step_written }), drafting(turn),
    edits(trace));
}

function reading(turn) {
  const { trace } = turn;
  const lines = [];
  if (trace.searched && trace.searched !== turn.text) lines.push(`${t.searched}: ${trace.searched}`);
  if (trace.reference) lines.push(`${t.refers_to}: ${t[`reference_${trace.reference}`] ?? trace.reference}`);
  for (const text of trace.left_out) lines.push(`${t.left_out}: ${text}`);
  const scores = Object.entries(trace.scores).map(([label, score]) => `${t[`label_${label}`]} ${share(score)}`).join(" · ");
  lines.push(`${t.read_as}: ${t[`label_${turn.label}`]}${scores ? ` (${scores})` : ""}`);
  return make("ul", { className: "small" }, lines.map((line) => make("li", { textContent: line })));
}

function candidates(trace) {
  if (!trace.candidates.length) return empty();
  const columns = [{ label: t.entry }, { label: t.confidence, isFigure: true }, ...SIGNALS.map((name) => ({ label: t[`signal_${name}`], isFigure: true }))];
  const rows = trace.candidates.map((one) => [
    make("a", { href: `#faq?id=${encodeURIComponent(one.faq_id)}`, textContent: one.title }),
    share(one.confidence), ...SIGNALS.map((name) => one[name].toFixed(2)),
  ]);
  return table(t.found, columns, rows);
}

function evidence(trace) {
  const facts = Object.entries(trace.facts);
  if (!facts.length) return null;
  const rows = facts.map(([name, value]) => [t[`fact_${name}`] ?? name, value.toFixed(2)]);
  return fold(t.evidence, table(t.evidence, [{ label: t.evidence_of }, { label: t.value, isFigure: true }], rows));
}

// In words: which of what is above led to this end.
function decision(turn) {
  if (!Object.keys(turn.trace.scores).length) return t.not_traced;
  const [nearest] = turn.trace.candidates;
  const sure = nearest ? share(nearest.confidence) : "–";
  const words = t[turn.label === "greeting" ? "why_greeting" : `why_${turn.state}`];
  return words.replace("{label}", t[`label_${turn.label}`]).replace("{share}", share(turn.trace.scores[turn.label])).replace("{confidence}", sure).replace("{title}", nearest?.title ?? "–");
}

function drafting(turn) {
  const facts = [];
  if (turn.model) facts.push(turn.model === "extractive" ? t.own_words : turn.model);
  if (turn.prompt) facts.push(`${t.prompt} ${turn.prompt}`);
  facts.push(...Object.entries(turn.timings_ms).map(([name, ms]) => `${t[`timing_${name}`] ?? name} ${duration(ms)}`));
  const { prompt_tokens: read, cached_tokens: cached, completion_tokens: wrote, cost_usd: cost } = turn.usage;
  if (wrote) facts.push(t.tokens.replace("{read}", number(read)).replace("{cached}", number(cached)).replace("{wrote}", number(wrote)));
  facts.push(`${t.cost} ${dollars(cost, 5)}`);
  if (turn.withheld) facts.push(t.withheld.replace("{count}", number(turn.withheld)));
  return make("div", {},
    make("p", { className: "small", textContent: facts.join(" · ") }),
    turn.trace.prompt ? fold(t.prompt_whole, make("pre", { textContent: turn.trace.prompt, tabIndex: 0 })) : null,
    turn.passages.length ? fold(`${t.passages} ${turn.passages.length}`, turn.passages.map((one) => [make("h4", { textContent: `${one.title} (${one.score.toFixed(2)})` }), written(one.html)])) : null);
}

function edits(trace) {
  if (!trace.edits.length) return null;
  const rows = trace.edits.map((one) => [duration(one.at_ms), number(one.characters)]);
  return fold(`${t.edits} ${number(rows.length)}`, table(t.edits, [{ label: t.when, isFigure: true }, { label: t.characters, isFigure: true }], rows));
}

const fold = (label, ...parts) => make("details", {}, make("summary", { textContent: label }), ...parts.flat(2));

// An answer with its sources below it, each with its passage; a citation opens its source.
export function answerOf(turn) {
  const text = written(turn.html);
  const sources = turn.sources.map((title) => {
    const passage = turn.passages.find((one) => one.title === title);
    return make("li", {}, passage ? fold(title, written(passage.html)) : title);
  });
  text.onclick = ({ target }) => {
    const source = target.matches(".cite") && sources[target.dataset.n - 1];
    if (!source) return;
    const passage = source.querySelector("details");
    if (passage) passage.open = true;
    source.scrollIntoView({ block: "nearest" });
    source.querySelector("summary")?.focus({ preventScroll: true });
  };
  return [text, sources.length ? make("ol", { className: "small sources" }, sources) : null];
}

// What was said then beside what is said now.
export async function askedAgain(turn) {
  const now = await call("GET", `/turns/${encodeURIComponent(turn.id)}/replay`);
  const side = (title, one) => make("section", {},
    make("h3", { textContent: title }), make("p", {}, state(one.state)),
    ...answerOf(one));
  return [
    make("div", { className: "beside" }, side(t.then, turn), side(t.now, now)),
    fold(t.how_now, replayOf(now)),
  ];
}
