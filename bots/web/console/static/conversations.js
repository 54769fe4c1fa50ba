// Questions by filter; a conversation whole; and one question asked again now.

import { brief, button, call, field, isOwner, make, state, t, time } from "./dom.js";
import { answerOf, askedAgain, replayOf } from "./replay.js";
import { link } from "./today.js";

const STATES = ["answered", "escalated", "declined", "failed", "stopped"];
const RATED = ["helpful", "unhelpful", "handed_over"];
const NAMES = ["text", "platform", "state", "rated", "channel", "person", "entry", "since"];

export async function conversations(query, go) {
  const inputs = {
    text: make("input", { type: "search", value: query.get("text") ?? "" }),
    platform: choice(["web", "slack", "discord"], query.get("platform"), (name) => name),
    state: choice(STATES, query.get("state"), (name) => t[`state_${name}`]),
    rated: choice(RATED, query.get("rated"), (name) => t[name]),
    channel: make("input", { value: query.get("channel") ?? "" }),
    person: make("input", { value: query.get("person") ?? "" }),
    entry: make("input", { value: query.get("entry") ?? "" }),
    since: make("input", { type: "datetime-local", value: local(query.get("since")) }),
  };
  const form = make("form", { className: "filters" }, NAMES.map((name) => field(t[`filter_${name}`], inputs[name])), make("button", { type: "submit", className: "primary", textContent: t.search }));
  form.onsubmit = (event) => {
    event.preventDefault();
    const chosen = NAMES.filter((name) => inputs[name].value).map((name) => [name, name === "since" ? new Date(inputs.since.value).toISOString() : inputs[name].value]);
    go(`conversations?${new URLSearchParams(chosen)}`);
  };
  const list = make("div", { className: "turns" });
  const note = make("p", { className: "empty", role: "status" });
  const isFiltered = NAMES.some((name) => query.get(name));
  const further = button("", async () => {
    const more = new URLSearchParams(query);
    more.set("before", before);
    take(await call("GET", `/turns?${more}`));
  });
  let before = null;
  // A search goes through some of the questions at a time, and says how far it went.
  function take(told) {
    list.append(...told.turns.map(row));
    before = told.before;
    further.hidden = !before;
    const isEmpty = !list.childElementCount;
    further.textContent = isEmpty ? t.search_further : t.further;
    note.hidden = !isEmpty;
    note.textContent = !isFiltered ? t.nothing : before ? t.none_until.replace("{time}", time(before)) : t.none_found;
  }
  take(await call("GET", `/turns?${query}`));
  const person = inputs.person.value;
  const data = person && isOwner() ? make("p", {}, link(t.data_of_person, `#people?person=${encodeURIComponent(person)}`)) : null;
  return [form, data, note, list, further];
}

// A moment as a field for it wants it: without its zone, which is that of the browser.
function local(iso) {
  const at = new Date(iso ?? NaN);
  return isNaN(at) ? "" : new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function choice(names, chosen, label) {
  const select = make("select", {}, make("option", { value: "", textContent: t.all }), names.map((name) => make("option", { value: name, textContent: label(name) })));
  select.value = names.includes(chosen) ? chosen : "";
  return select;
}

const row = (turn) => make("article", { className: "turn" },
  make("p", {}, state(turn.state), " ", make("small", { textContent: `${time(turn.asked_at)} · ${turn.session.split(":")[0]}` }), " ", thumbs(turn)),
  make("h2", {}, link(brief(turn.text), `#session?${new URLSearchParams({ id: turn.session, turn: turn.id })}`)),
  make("p", { className: "answer", textContent: turn.answer }));

const thumbs = (turn) => make("span", { textContent: turn.opinions.map((one) => (one.helpful ? "👍" : `👎 ${one.reason === "handed_over" ? t.handed_over : one.reason}`)).join(" ") });

export async function session(query) {
  const told = await call("GET", `/sessions/${encodeURIComponent(query.get("id") ?? "")}`);
  return [make("p", {}, make("code", { textContent: told.session })), ...told.turns.map(whole)];
}

function whole(turn) {
  const now = make("div");
  return make("article", { className: "turn whole", id: turn.id },
    make("p", {}, state(turn.state), " ", make("small", { textContent: time(turn.asked_at) }), " ", thumbs(turn)),
    make("h2", { textContent: turn.text }),
    make("p", { className: "small" }, `${t.filter_person}: `, link(turn.person, `#conversations?person=${encodeURIComponent(turn.person)}`)),
    ...answerOf(turn),
    turn.opinions.filter((one) => one.expected).map((one) => make("p", { className: "small", textContent: `${t.expected}: ${one.expected}` })),
    make("details", {}, make("summary", { textContent: t.how_then }), replayOf(turn)),
    make("div", { className: "row" }, button(t.ask_again, async () => now.replaceChildren(...await askedAgain(turn)))),
    now);
}
