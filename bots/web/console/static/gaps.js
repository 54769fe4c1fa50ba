// What could not be answered or was disliked, by meaning: teach an answer, and ask the group again.

import { brief, button, call, empty, isOwner, make, number, t, time } from "./dom.js";
import { held } from "./lessons.js";
import { link } from "./today.js";
import { tryButton } from "./trial.js";

const SHOWN = 8;

export async function gaps() {
  const { groups, count } = await page(0);
  const list = make("div", { className: "turns" }, groups.map(group));
  const further = groups.length < count ? button(t.further, async () => {
    const open = () => list.querySelectorAll(":scope > :not(.closed)").length;
    const next = await page(open());
    list.append(...next.groups.map(group));
    if (open() >= next.count || !next.groups.length) further.remove();
  }) : null;
  return [make("p", { className: "small", textContent: t.gaps_about }), groups.length ? list : empty(t.no_gaps), further];
}

const page = (from) => call("GET", `/gaps?${new URLSearchParams({ from })}`);

function group(one) {
  const change = one.this_week - one.week_before;
  const trend = t.trend.replace("{now}", number(one.this_week)).replace("{before}", number(one.week_before)) + (change > 0 ? " ▲" : change < 0 ? " ▼" : "");
  const texts = [...new Map(one.questions.map((gap) => [gap.text, gap])).values()];
  const work = make("div", { className: "work" });
  const element = make("article", { className: "turn gap" },
    make("h2", {}, brief(one.name), " ", make("span", { className: "count", textContent: number(one.count) })),
    make("p", { className: "small", textContent: trend }),
    make("ul", {}, texts.slice(0, SHOWN).map((gap) => make("li", {}, link(brief(gap.text), `#session?${new URLSearchParams({ id: gap.session, turn: gap.question_id })}`), make("small", { textContent: ` ${time(gap.ended_at)}${gap.disliked ? " 👎" : ""}${gap.expected ? ` — ${gap.expected}` : ""}` })))),
    texts.length > SHOWN ? make("p", { className: "small", textContent: `+ ${number(texts.length - SHOWN)}` }) : null);
  if (!isOwner()) return element;
  const questions = one.questions.map(({ question_id, text }) => ({ question_id, text }));
  element.append(make("div", { className: "row" },
    button(t.draft_answer, async () => {
      compose(work, await call("POST", "/gaps/draft", { name: one.name, questions }), questions, element);
    }, "primary"),
    button(t.ask_again, async () => told(work, await call("POST", "/gaps/ask", { questions }), element))), work);
  return element;
}

function compose(work, { draft, near }, questions, element) {
  const area = make("textarea", { rows: 8, value: draft, maxLength: 4000, ariaLabel: t.answer });
  const teach = async (approved) => {
    const body = { answer: area.value, questions, approved };
    told(work, await call("POST", "/gaps/teach", body), element, () => teach(true));
  };
  const trial = make("div");
  const attempt = tryButton("/lessons/try", () => ({ answer: area.value, questions }), trial);
  const row = make("div", { className: "row" }, button(t.teach, () => teach(false), "primary"), attempt);
  const about = make("p", { className: "small", textContent: draft ? t.draft_about : t.no_draft });
  const offers = draft ? [] : near.map(({ title, text }) => button(title, async () => { area.value = text; area.focus(); }));
  work.replaceChildren(about, offers.length ? make("div", { className: "row offers" }, offers) : "", area, row, trial);
  area.focus();
}

function told(work, { asked, answered, findings, refused }, element, approve) {
  const text = t.answered_now.replace("{answered}", number(answered)).replace("{asked}", number(asked));
  work.querySelector(".held")?.remove();
  if (findings.length) return work.append(held(findings, refused, approve));
  const effect = make("p", { className: "good", role: "status", tabIndex: -1, textContent: text });
  work.replaceChildren(effect);
  effect.focus({ preventScroll: true }); // the button that was pressed is gone
  if (asked === answered) element.classList.add("closed");
}
