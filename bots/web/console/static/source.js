// Where the FAQ comes from: what an ingest of it, or of an uploaded file, would change, and the ingest.

import { button, call, day, field, isOwner, make, me, number, problemOf, t, table, wordsOf } from "./dom.js";
import { tryButton } from "./trial.js";

const FIELDS = ["title", "answer", "category", "questions", "related", "url", "updated"];

export async function origin(go) {
  const told = await call("GET", "/source");
  const words = told.source ? t.origin.replace("{source}", told.source.split("/").at(-1)).replace("{day}", day(told.created_at)) : t.no_origin;
  const element = make("article", { className: "turn" }, make("p", { title: told.source, textContent: words }));
  if (!isOwner()) return told.source ? element : null;
  const place = make("div");
  const again = told.source ? steps({}, place, go, { attempt: t.try_source, ingest: t.ingest_source }) : [];
  const file = make("input", { type: "file" });
  file.onchange = () => upload(file, place, go);
  element.append(make("div", { className: "row" }, again), field(t.upload, file), place);
  return element;
}

// First a look at what changes; then the ingest, which that look opens.
function steps(body, place, go, labels) {
  const result = make("div");
  const ingest = button(labels.ingest, async () => {
    result.replaceChildren(make("p", { className: "small", role: "status", textContent: t.ingesting }));
    try {
      await call("POST", "/source/ingest", body);
      go("faq");
    } catch (error) {
      result.replaceChildren();
      throw error;
    }
  }, "primary");
  ingest.hidden = true;
  const attempt = tryButton("/source/try", () => body, result, () => { ingest.hidden = false; }, labels.attempt);
  place.append(result);
  return [attempt, ingest];
}

async function upload(input, place, go) {
  const file = input.files[0];
  if (!file) return;
  const note = make("p", { className: "small", role: "status", textContent: t.uploading.replace("{name}", file.name) });
  place.replaceChildren(note);
  try {
    const told = await send(file);
    const next = make("div");
    place.replaceChildren(...dryRun(told, file.name));
    if (told.entries) place.append(make("div", { className: "row" }, steps({ uploaded: true }, next, go, { attempt: t.try_upload, ingest: t.ingest_upload })), next);
  } catch (error) {
    place.replaceChildren(make("p", { className: "late", role: "alert", textContent: wordsOf(error) }));
  }
}

async function send(file) {
  const headers = { "Content-Type": "application/octet-stream", "Faqbot-Console": me.csrf };
  const response = await fetch(`/console/api/source/upload?${new URLSearchParams({ name: file.name })}`, { method: "POST", headers, body: file });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

// What would be read from which column, what is dropped, and the first entries.
function dryRun(told, name) {
  const words = t.dry_run.replace("{name}", name).replace("{read}", number(told.read)).replace("{entries}", number(told.entries));
  const fields = (one) => FIELDS.map((key) => one.read.find(([known]) => known === key)).filter(Boolean).map(([key, column]) => `${t[`field_${key}`]} ← ${column}`).join(" · ");
  const rows = told.columns.map((one) => [one.position, fields(one), one.ignored.join(" · ")]);
  return [
    make("h3", { textContent: words }),
    rows.length ? table(t.columns, [{ label: t.where }, { label: t.columns }, { label: t.columns_ignored }], rows) : null,
    ...told.notes.map((note) => make("details", { open: note.kind === "skipped" },
      make("summary", { textContent: `${t[`note_${note.kind.replaceAll(" ", "_")}`] ?? note.kind}: ${number(note.lines.length)}` }),
      make("ul", {}, note.lines.slice(0, 50).map((line) => make("li", { textContent: line }))),
      note.lines.length > 50 ? make("p", { className: "small", textContent: `+ ${number(note.lines.length - 50)}` }) : null)),
    told.first.length ? make("h3", { textContent: t.first_entries }) : null,
    ...told.first.map((one) => make("article", { className: "turn" }, make("h4", { textContent: one.title }), make("p", { className: "small", textContent: one.category }), make("p", { className: "said", textContent: one.text }))),
  ].filter(Boolean);
}
