// What was taught: by whom, from which conversation; owners correct and undo it.

import { button, call, empty, isOwner, make, t, time } from "./dom.js";
import { link } from "./today.js";
import { tryButton } from "./trial.js";

export async function lessons(query, go) {
  const { lessons: found } = await call("GET", "/lessons");
  return found.length ? found.toSorted((a, b) => b.learned_at.localeCompare(a.learned_at)).map((one) => lesson(one, go)) : [empty()];
}

function lesson(one, go) {
  const path = `/lessons/${encodeURIComponent(one.id)}`;
  const text = make("p", { className: "said", textContent: one.answer });
  const from = one.session && !one.session.startsWith("console:") ? link(t.conversation, `#session?id=${encodeURIComponent(one.session)}`) : null;
  const state = one.state === "served" ? null : make("span", { className: "count", textContent: t[`lesson_${one.state}`] });
  const element = make("article", { className: "turn" },
    make("h2", {}, one.question, " ", state), text,
    state ? list(one.findings) : null,
    one.entry ? make("p", { className: "small", textContent: `${one.contradicted ? t.lesson_contradicted : t.lesson_covered}: ${one.entry}` }) : null,
    make("p", { className: "small" }, `${one.author} · ${time(one.learned_at)} `, from));
  if (!isOwner()) return element;
  const edit = button(t.correct, async () => {
    const area = make("textarea", { rows: 6, value: one.answer, maxLength: 4000, ariaLabel: t.answer });
    text.replaceWith(area);
    const save = async (approved) => {
      const { findings, refused } = await call("PATCH", path, { answer: area.value, approved });
      element.querySelector(".held")?.remove();
      if (findings.length) element.append(held(findings, refused, () => save(true)));
      else go("lessons");
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
    element.remove();
  }, "danger");
  const approve = state ? button(t.serve, async () => { await call("POST", `${path}/approve`); go("lessons"); }, "primary") : null;
  element.append(make("div", { className: "row" }, approve, edit, undo));
  return element;
}

// What the gate has found in an answer; whoever has read it may have it served, unless it is refused.
export function held(findings, refused, approve) {
  return make("div", { className: "held" },
    make("p", { textContent: refused ? t.gate_refused : t.gate_held }), refused ? null : list(findings),
    refused || !approve ? null : button(t.serve, approve));
}

function list(findings) {
  return make("ul", {}, findings.map((finding) => make("li", { textContent: finding })));
}
