// What was taught: by whom, from which conversation; owners correct and undo it.

import { button, call, empty, isOwner, make, t, time } from "./dom.js";
import { link } from "./today.js";

export async function lessons(query, go) {
  const { lessons: found } = await call("GET", "/lessons");
  return found.length ? found.toSorted((a, b) => b.learned_at.localeCompare(a.learned_at)).map((one) => lesson(one, go)) : [empty()];
}

function lesson(one, go) {
  const path = `/lessons/${encodeURIComponent(one.id)}`;
  const text = make("p", { className: "said", textContent: one.answer });
  const from = one.session && !one.session.startsWith("console:") ? link(t.conversation, `#session?id=${encodeURIComponent(one.session)}`) : null;
  const element = make("article", { className: "turn" },
    make("h2", { textContent: one.question }), text,
    make("p", { className: "small" }, `${one.author} · ${time(one.learned_at)} `, from));
  if (!isOwner()) return element;
  const edit = button(t.correct, async () => {
    const area = make("textarea", { rows: 6, value: one.answer, maxLength: 4000, ariaLabel: t.answer });
    text.replaceWith(area);
    edit.replaceWith(button(t.save, async () => { await call("PATCH", path, { answer: area.value }); go("lessons"); }, "primary"));
    area.focus();
  });
  const undo = button(t.undo, async () => {
    if (!confirm(t.undo_sure)) return;
    await call("DELETE", path);
    element.remove();
  }, "danger");
  element.append(make("div", { className: "row" }, edit, undo));
  return element;
}
