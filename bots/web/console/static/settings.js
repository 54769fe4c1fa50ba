// Switches with the log of changes; and people's data, for whoever asks for it by law.

import { $, button, call, empty, field, isOwner, make, number, say, t, table, time } from "./dom.js";

export async function switches(query, go) {
  const told = await call("GET", "/switches");
  const isOn = told.models === "on";
  const models = make("article", { className: "turn" }, make("h2", { textContent: t.models }), make("p", { textContent: isOn ? t.models_on : t.models_off }),
    isOwner() ? button(isOn ? t.turn_off : t.turn_on, async () => { await call("PUT", "/switches", { models: isOn ? "off" : "on" }); go("switches"); }, isOn ? "danger" : "primary") : null);
  const columns = [{ label: t.when }, { label: t.who }, { label: t.what }, { label: t.detail }];
  const rows = told.audit.map((one) => [time(one.at), one.who, one.action, one.detail]);
  return [models, make("h2", { textContent: t.audit }), rows.length ? table(t.audit, columns, rows) : empty()];
}

export async function people() {
  if (!isOwner()) return [make("p", { className: "empty", textContent: t.for_owners })];
  const person = make("input", { required: true, maxLength: 200 });
  const result = make("div", { role: "status" });
  const path = () => `/people/${encodeURIComponent(person.value.trim())}`;
  const given = () => { if (person.value.trim()) return true; person.focus(); return false; };
  const save = button(t.export, async () => {
    if (!given()) return;
    const told = await call("GET", path());
    const address = URL.createObjectURL(new Blob([JSON.stringify(told, null, 2)], { type: "application/json" }));
    make("a", { href: address, download: "person.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    result.textContent = t.exported.replace("{count}", number(told.turns.length));
  }, "primary");
  const forget = button(t.delete, async () => {
    if (!given() || !confirm(t.delete_sure)) return;
    const gone = await call("DELETE", path());
    result.textContent = t.deleted.replace("{turns}", number(gone.turns)).replace("{opinions}", number(gone.feedback));
    say(result.textContent);
    $("problem").textContent = "";
  }, "danger");
  return [make("p", { textContent: t.people_about }), make("div", { className: "filters" }, field(t.filter_person, person)), make("div", { className: "row" }, save, forget), result];
}
