// What a lesson or an ingest would change for the last questions, before it counts.

import { button, empty, lines, make, number, share, state, t, table } from "./dom.js";

const KINDS = ["worse", "better", "other"];
const SHOWN = 50;

// A button that tries something out; `body` tells what, and the result is shown in `place`.
export function tryButton(path, body, place, then, label = t.try_first) {
  return button(label, async () => {
    const far = make("progress", { max: 1, value: 0, ariaLabel: t.trying });
    const words = make("p", { className: "small", role: "status", textContent: t.trying });
    place.replaceChildren(words, far);
    try {
      await lines("POST", path, body(), (line) => {
        if (line.of) {
          far.value = line.done / line.of;
          words.textContent = t.tried.replace("{done}", number(line.done)).replace("{of}", number(line.of));
        }
        if (line.failed) place.replaceChildren(make("p", { className: "late", textContent: t.failed }));
        if (line.result) {
          const [verdict, ...rest] = result(line.result);
          Object.assign(words, { className: verdict.className, textContent: verdict.textContent }); // it is announced
          far.replaceWith(...rest);
          then?.(line.result);
        }
      });
      if (far.isConnected) throw new TypeError("the trial has no result"); // its server has ended
    } catch (error) {
      place.replaceChildren();
      throw error;
    }
  });
}

function result(told) {
  if (!told.questions) return [make("p", { className: "empty", textContent: t.nothing_asked })];
  const counts = [...KINDS, "same"].map((kind) => `${t[`change_${kind}`]} ${number(told.changes[kind])}`).join(" · ");
  const verdict = (told.passed ? t.few_worse : t.many_worse).replace("{share}", share(told.worse_share)).replace("{bound}", share(told.bound));
  const sorted = KINDS.flatMap((kind) => told.changed.filter((one) => one.change === kind));
  const columns = [{ label: t.what }, { label: t.question }, { label: t.then_served }, { label: t.then_new }];
  const rows = sorted.slice(0, SHOWN).map((one) => [t[`change_${one.change}`], one.question, side(one.before), side(one.after)]);
  return [
    make("p", { className: told.passed ? "good" : "late", textContent: verdict }),
    make("p", { className: "small", textContent: `${t.tried_questions.replace("{count}", number(told.questions))} ${counts}` }),
    rows.length ? table(t.changes, columns, rows) : empty(),
    sorted.length > SHOWN ? make("p", { className: "small", textContent: `+ ${number(sorted.length - SHOWN)}` }) : "",
  ];
}

const side = (one) => make("span", {}, state(one.state), ` ${one.sources[0] ?? ""}`);
