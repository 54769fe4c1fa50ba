// What an answer stands on: the titles, and each passage as the answer used it.

import { icon, make, problem } from "./dom.js";
import { Problem, call } from "./server.js";
import { languageOf, t } from "./texts.js";

// A citation in `text` opens its source.
export function sourcesOf(turn, sources, text) {
  const items = sources.map((source) => item(turn, source));
  const element = make(
    "details",
    { className: "sources" },
    make("summary", {}, icon("book"), make("span", { textContent: t.sources.replace("{count}", sources.length) }), make("b", { textContent: sources[0].title }), icon("chevron")),
    make("ol", {}, ...items.map((one) => one.element)),
  );
  text.onclick = ({ target }) => {
    const cited = target.matches(".cite") && items[target.dataset.n - 1];
    if (!cited) return;
    element.open = true;
    for (const other of items) other.element.classList.toggle("lit", other === cited);
    cited.open();
    cited.element.scrollIntoView({ block: "nearest" });
    cited.button.focus({ preventScroll: true });
  };
  return element;
}

function item(turn, source) {
  const passage = make("div", { className: "passage text", hidden: true });
  const button = make("button", { type: "button", textContent: source.title, title: t.source_open });
  const element = make("li", {}, button, passage);
  let asked = false;
  const open = async (isOpen = true) => {
    button.setAttribute("aria-expanded", String(isOpen));
    passage.hidden = !isOpen;
    if (!isOpen || asked) return;
    asked = true;
    try {
      show(passage, await call("GET", `${turn.path}/sources/${source.n}`));
    } catch (error) {
      asked = false;
      passage.replaceChildren(problem(error instanceof Problem ? error.message : t.offline));
    }
  };
  button.setAttribute("aria-expanded", "false");
  button.onclick = () => open(passage.hidden);
  return { element, button, open };
}

function show(passage, { html, address }) {
  passage.replaceChildren(make("p", { className: "passage-note", textContent: t.source_note }));
  for (const block of html) {
    const holder = make("div", { className: "b" });
    holder.innerHTML = block;
    passage.append(holder);
  }
  if (address) {
    passage.append(make("p", {}, make("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow", textContent: t.source_address })));
  }
  passage.lang = languageOf(passage.textContent);
}
