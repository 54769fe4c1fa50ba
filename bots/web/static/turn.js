// One question with its answer: shows it, follows it, and what people do with it.

import { $, copy, fit, icon, iconButton, isSending, logo, make, pause, say } from "./dom.js";
import { remember } from "./memory.js";
import { API, FIRST_WAIT_MS, LONGEST_WAIT_MS, Problem, call, check, eventsOf, persistently, setOnline } from "./server.js";
import { about, t } from "./texts.js";

const ENDINGS = new Set(["answered", "declined", "escalated", "failed", "stopped", "withdrawn"]);

export class Turn {
  // `page` is what a turn needs of the conversation that it is in.
  constructor(question, page) {
    this.page = page;
    this.id = question.id;
    this.session = question.session;
    this.text = question.text;
    this.mine = question.mine ?? true;
    this.askedAt = question.asked_at ?? new Date().toISOString();
    this.opinion = question.opinion ?? null;
    this.ending = null;
    this.element = make("article", { className: "turn" });
    this.askedElement = make("div", { className: "asked" });
    this.textElement = make("div", { className: "text" });
    this.statusElement = make("div", { className: "status" });
    this.below = make("div");
    const body = make("div", {}, this.textElement, this.statusElement, this.below);
    this.element.append(this.askedElement, make("div", { className: "answer" }, logo(), body));
    this.showAsked();
    if (question.answer) {
      this.showBlocks({ from: 0, blocks: question.answer.html });
      this.end(question.answer, false);
    } else {
      this.showStatus(t.searching);
    }
  }

  get path() {
    return `/questions/${encodeURIComponent(this.id)}`;
  }

  showAsked() {
    const bubble = make("div", { className: "bubble", textContent: this.text });
    this.askedElement.replaceChildren(make("span", { className: "hidden", textContent: `${t.you}: ` }), bubble);
    if (!this.mine) return;
    this.askedElement.append(iconButton("trash", t.delete, () => this.remove()));
    if (!this.id.includes(">")) this.askedElement.append(iconButton("edit", t.edit, () => this.edit()));
  }

  // The button is made once: one that changes under the finger cannot be pressed.
  showStatus(text) {
    if (!this.statusElement.firstChild) {
      const dots = make("span", { className: "dots" }, make("i"), make("i"), make("i"));
      dots.setAttribute("aria-hidden", "true");
      this.statusElement.append(dots, make("span"));
      if (this.mine) this.statusElement.append(this.stopButton());
    }
    const words = this.statusElement.children[1];
    if (words.textContent !== text) words.textContent = text;
    this.statusElement.hidden = false;
  }

  stopButton() {
    const stop = make("button", { type: "button", className: "stop" }, icon("stop"), t.stop);
    stop.onclick = () => this.stop(stop);
    return stop;
  }

  showBlocks({ from, blocks }) {
    const element = this.textElement;
    while (element.children.length > from) element.lastElementChild.remove();
    for (const block of blocks) {
      const holder = make("div", { className: "b" });
      holder.innerHTML = block;
      element.append(holder);
    }
  }

  async follow() {
    this.following?.abort();
    const abort = (this.following = new AbortController());
    let last = "";
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const connection = new AbortController();
      const cut = () => connection.abort();
      abort.signal.addEventListener("abort", cut);
      try {
        const response = await fetch(`${API}${this.path}/events?html`, {
          headers: last ? { "Last-Event-ID": last } : {},
          signal: connection.signal,
        });
        await check(response);
        setOnline(true);
        if (response.status === 204) return;
        for await (const event of eventsOf(response, connection)) {
          if (abort.signal.aborted) return;
          wait = FIRST_WAIT_MS;
          last = event.id ?? last;
          if (this.take(event)) return;
        }
        // The server is being restarted: it comes back, and so do we.
      } catch (error) {
        if (abort.signal.aborted) return;
        if (error instanceof Problem && error.status === 404) return this.gone();
        if (error instanceof Problem && error.status < 500) return this.fail(error.message);
        setOnline(false);
      } finally {
        abort.signal.removeEventListener("abort", cut);
      }
      await pause(wait, abort.signal);
      if (abort.signal.aborted) return;
    }
  }

  take({ name, data }) {
    const stick = this.page.isKeepingUp(this);
    if (name === "question" && data.text !== this.text) this.showEdited(data.text);
    if (name === "status") this.showStatus(data.text);
    if (data.html) this.showBlocks(data.html);
    if (name === "delta" || name === "replace") this.showStatus(t.writing);
    if (name === "withdrawn") this.gone();
    else if (ENDINGS.has(name)) this.end(data, true);
    if (stick) this.page.keepUp(this);
    else this.page.noteScroll();
    return ENDINGS.has(name);
  }

  end(ending, isNew) {
    this.ending = ending;
    this.statusElement.replaceChildren();
    this.statusElement.hidden = true;
    const parts = [];
    if (ending.note) parts.push(make("p", { className: "note", textContent: ending.note }));
    if (ending.kind === "failed") {
      this.textElement.replaceChildren();
      parts.push(this.problem(ending.text, isNew ? () => this.again() : null));
    }
    if (ending.sources?.length) parts.push(this.sources(ending.sources));
    this.opinionElement = make("div");
    parts.push(this.tools(ending), this.opinionElement);
    if (ending.followups?.length) parts.push(this.followups(ending));
    this.below.replaceChildren(...parts);
    if (ending.kind !== "stopped") remember(this.id, null);
    if (isNew) {
      say(`${this.textElement.innerText || ending.text} ${ending.note ?? ""}`);
      this.page.refreshList();
    }
  }

  sources(sources) {
    const list = make("ol", {}, ...sources.map(({ title, url }) =>
      url
        ? make("li", {}, make("a", { textContent: title, href: url, target: "_blank", rel: "noopener noreferrer" }))
        : make("li", { textContent: title })));
    this.sourcesElement = make(
      "details",
      { className: "sources" },
      make("summary", {}, icon("book"), make("span", { textContent: t.sources.replace("{count}", sources.length) }), make("b", { textContent: sources[0].title }), icon("chevron")),
      list,
    );
    this.textElement.onclick = ({ target }) => {
      const item = target.matches(".cite") && list.children[target.dataset.n - 1];
      if (!item) return;
      this.sourcesElement.open = true;
      for (const other of list.children) other.classList.toggle("lit", other === item);
      item.scrollIntoView({ block: "nearest" });
    };
    return this.sourcesElement;
  }

  followups(ending) {
    const buttons = ending.followups.map(({ index, text, pressed }) => {
      const button = make("button", { type: "button", disabled: pressed }, icon(pressed ? "check" : "turn"), text);
      if (pressed) button.title = t.asked;
      button.onclick = () => this.press(index, button);
      return button;
    });
    const offers = (ending.offers ?? []).map((offer) => make("p", { className: "offer", textContent: offer }));
    return make("div", { className: "followups" }, make("p", { textContent: ending.lead }), ...offers, make("div", {}, ...buttons));
  }

  tools(ending) {
    const tools = make("div", { className: "tools" });
    if (this.textElement.childElementCount) tools.append(this.copyButton(ending));
    if (ending.rated) {
      this.up = iconButton("up", t.helpful, () => this.rate({ helpful: true }));
      this.down = iconButton("down", t.not_helpful, () => this.criticise());
      tools.append(this.up, this.down);
      this.showOpinion();
    }
    return tools;
  }

  copyButton(ending) {
    const button = iconButton("copy", t.copy, async () => {
      const sources = (ending.sources ?? []).map((source) => `[${source.n}] ${source.title}`);
      await copy([ending.text, ...(sources.length ? ["", ...sources] : [])].join("\n"));
      button.replaceChildren(icon("check"));
      say(t.copied);
      setTimeout(() => button.replaceChildren(icon("copy")), 1600);
    });
    return button;
  }

  showOpinion() {
    this.up.setAttribute("aria-pressed", String(this.opinion?.helpful === true));
    this.down.setAttribute("aria-pressed", String(this.opinion?.helpful === false));
  }

  async rate(opinion) {
    try {
      await call("PUT", `${this.path}/opinion`, opinion);
      this.opinion = opinion;
      this.showOpinion();
      return true;
    } catch (error) {
      this.opinionElement.replaceChildren(this.problem(error instanceof Problem ? error.message : t.not_stored));
      return false;
    }
  }

  thank() {
    this.opinionElement.replaceChildren(make("p", { className: "thanks", textContent: t.feedback_thanks }));
    say(t.feedback_thanks);
  }

  // That it was no help is stored at once, in case that nothing more comes.
  async criticise() {
    if (!(await this.rate({ helpful: false }))) return;
    const reasons = about.reasons.map((reason) =>
      make("label", {}, make("input", { type: "radio", name: `why-${this.id}`, value: reason }), reason));
    const why = make("fieldset", {}, make("legend", { textContent: t.feedback_why }), ...reasons);
    const expected = make("textarea", { maxLength: 1000, placeholder: t.expected_hint });
    const form = make(
      "form",
      { className: "opinion" },
      make("h4", { textContent: t.feedback_title }),
      why,
      make("label", {}, make("span", { textContent: t.feedback_expected }), expected),
      make("div", { className: "row" },
        make("button", { type: "button", textContent: t.cancel, onclick: () => { this.opinionElement.replaceChildren(); this.down.focus(); } }),
        make("button", { type: "submit", className: "primary", textContent: t.send })),
    );
    form.onsubmit = async (event) => {
      event.preventDefault();
      const reason = form.querySelector(":checked")?.value ?? "";
      if (await this.rate({ helpful: false, reason, expected: expected.value })) this.thank();
    };
    this.opinionElement.replaceChildren(form);
    form.querySelector("input").focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
  }

  async press(index, button) {
    button.disabled = true;
    try {
      const question = await persistently(() => call("POST", `${this.path}/followups/${index}`));
      button.replaceChildren(icon("check"), this.ending.followups[index].text);
      this.ending.followups[index].pressed = true;
      this.page.begin(question);
    } catch (error) {
      button.disabled = false;
      this.below.append(this.problem(error.message));
      this.below.lastElementChild.scrollIntoView({ block: "nearest" });
    }
  }

  async stop(button) {
    button.disabled = true;
    try {
      await call("POST", `${this.path}/stop`);
    } catch {
      button.disabled = false; // it has ended meanwhile, which its stream tells
    }
  }

  edit() {
    const area = make("textarea", { value: this.text, rows: 2, maxLength: about.question_characters });
    area.setAttribute("aria-label", t.edit);
    const cancel = () => { this.showAsked(); this.askedElement.querySelector(".icon:last-child").focus(); };
    const form = make("form", {}, area, make("div", { className: "row" },
      make("button", { type: "button", textContent: t.cancel, onclick: cancel }),
      make("button", { type: "submit", className: "primary", textContent: t.save })));
    area.onkeydown = (event) => {
      if (event.key === "Escape") cancel();
      if (isSending(event)) { event.preventDefault(); form.requestSubmit(); }
    };
    area.oninput = () => fit(area);
    form.onsubmit = (event) => { event.preventDefault(); this.revise(area.value.trim()); };
    this.askedElement.replaceChildren(form);
    fit(area);
    area.focus();
  }

  // In another tab, while this one was away.
  showEdited(text) {
    this.text = text;
    this.showAsked();
  }

  async revise(text) {
    if (!text || text === this.text) return this.showAsked();
    try {
      await persistently(() => call("PATCH", this.path, { text }));
    } catch (error) {
      this.showAsked();
      this.below.append(this.problem(error.message));
      return;
    }
    this.text = text;
    this.opinion = null;
    this.showAsked();
    this.restart();
    remember(this.id, { session: this.session, text, asked_at: this.askedAt });
    this.follow();
  }

  restart() {
    this.ending = null;
    this.textElement.replaceChildren();
    this.below.replaceChildren();
    this.showStatus(t.searching);
  }

  async remove() {
    const dialog = $("sure");
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
    if (dialog.returnValue !== "yes") return;
    try {
      await persistently(() => call("DELETE", this.path));
    } catch (error) {
      if (error.status !== 404) return this.below.append(this.problem(error.message));
    }
    this.gone();
  }

  gone() {
    this.following?.abort();
    remember(this.id, null);
    this.element.remove();
    this.page.removed(this);
  }

  // The question was not taken, or not answered: say why, and let it be asked once more.
  fail(text, again) {
    this.statusElement.replaceChildren();
    this.statusElement.hidden = true;
    this.below.replaceChildren(this.problem(text, again));
    say(text);
  }

  problem(text, again) {
    const element = make("div", { className: "problem" });
    if (text) element.append(make("span", { textContent: text }));
    if (again) element.append(make("button", { type: "button", textContent: t.retry, onclick: again }));
    return element;
  }

  // Once more, as a question of its own: this one has ended.
  again() {
    this.below.querySelector(".problem button").remove();
    this.page.ask(this.text);
  }
}
