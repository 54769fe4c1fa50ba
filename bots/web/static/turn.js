// One question with its answer: shows it, follows it, and what people do with it.

import { $, confirmed, copy, fit, icon, iconButton, isSending, logo, make, pause, problem, say } from "./dom.js";
import { Opinion } from "./opinion.js";
import { FIRST_WAIT_MS, LONGEST_WAIT_MS, Problem, call, check, eventsOf, persistently, request, setOnline } from "./server.js";
import { sourcesOf } from "./sources.js";
import { about, languageOf, shownTime, t } from "./texts.js";

const ENDINGS = new Set(["answered", "declined", "escalated", "failed", "stopped", "withdrawn"]);
const MOST_BUTTONS = 5; // more choices are a menu, as on every platform
const LEFT_TO_A_PERSON = new Set(["declined", "escalated"]);

export class Turn {
  // `page` is what a turn needs of the conversation that it is in.
  constructor(question, page) {
    this.page = page;
    this.id = question.id;
    this.session = question.session;
    this.text = question.text;
    this.mine = question.mine ?? true;
    this.askedAt = question.asked_at ?? new Date().toISOString();
    this.given = question.opinion ?? null;
    this.isStored = question.mine !== undefined; // as far as the server has told
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
    this.isEditing = false;
    const bubble = make("div", { className: "bubble", textContent: this.text, lang: languageOf(this.text) });
    const when = make("time", { dateTime: this.askedAt, textContent: shownTime(this.askedAt) });
    this.askedElement.replaceChildren(make("span", { className: "hidden", textContent: `${t.you}: ` }), bubble, when);
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
    element.lang = languageOf(element.textContent);
  }

  async follow() {
    this.following?.abort();
    const abort = (this.following = new AbortController());
    if (this.page.isQueued(this)) this.showStatus(t.queued);
    let last = "";
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const connection = new AbortController();
      const cut = () => connection.abort();
      abort.signal.addEventListener("abort", cut);
      try {
        const response = await request(`${this.path}/events?html`, {
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
    if (name === "question" && data.text !== this.text && !this.isEditing) this.showEdited(data.text);
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
      parts.push(problem(ending.text, t.retry, this.mine && (() => this.again())));
    }
    if (ending.sources?.length) parts.push(sourcesOf(this, ending.sources, this.textElement));
    if (ending.files?.length) parts.push(this.files(ending.files));
    const opinionElement = make("div");
    this.opinion = new Opinion(this, this.given, opinionElement);
    parts.push(this.tools(ending), opinionElement);
    if (ending.followups?.length) parts.push(this.followups(ending));
    this.below.replaceChildren(...parts);
    if (isNew) {
      say(`${this.textElement.innerText || ending.text} ${ending.note ?? ""}`);
      this.page.ended();
    }
  }

  files(files) {
    const links = files.map(({ name, media_type: type, text, base64 }) => {
      const href = base64 ? `data:${type};base64,${base64}` : URL.createObjectURL(new Blob([text], { type }));
      const picture = base64 ? [make("img", { src: href, alt: name })] : [];
      return make("li", {}, ...picture, make("a", { download: name, textContent: name, href }));
    });
    return make("ul", { className: "files" }, ...links);
  }

  followups(ending) {
    const lang = languageOf(ending.followups[0].text);
    const lead = ending.lead ? [make("p", { textContent: ending.lead })] : [];
    const offers = (ending.offers ?? []).map((offer) => make("p", { className: "offer", textContent: offer }));
    const choices = ending.followups.length > MOST_BUTTONS ? [this.menu(ending)] : this.buttons(ending);
    return make("div", { className: "followups", lang }, ...lead, ...offers, make("div", {}, ...choices));
  }

  buttons(ending) {
    return ending.followups.map(({ index, text, pressed }) => {
      const button = make("button", { type: "button", disabled: pressed }, icon(pressed ? "check" : "turn"), text);
      if (pressed) button.title = t.asked;
      button.onclick = () => this.press(index, button, () => button.replaceChildren(icon("check"), text));
      return button;
    });
  }

  menu(ending) {
    const options = ending.followups.map(({ index, text, pressed }) =>
      make("option", { value: index, disabled: pressed, textContent: pressed ? `✓ ${text}` : text }));
    const menu = make("select", {}, make("option", { value: "", textContent: t.choose }), ...options);
    menu.setAttribute("aria-label", t.choose);
    // A keyboard changes the value at each step, so a choice is sent by a button.
    const send = make("button", { type: "button", disabled: true }, icon("turn"), t.send);
    menu.onchange = () => { send.disabled = !menu.value; };
    send.onclick = () => this.press(Number(menu.value), send, () => {
      const chosen = menu.selectedOptions[0];
      chosen.textContent = `✓ ${chosen.textContent}`;
      chosen.disabled = true;
      menu.value = "";
    });
    return make("span", { className: "menu" }, menu, send);
  }

  tools(ending) {
    const tools = make("div", { className: "tools" });
    if (this.textElement.childElementCount) tools.append(this.copyButton(ending));
    if (ending.kind === "stopped" && this.mine) {
      tools.append(make("button", { type: "button", className: "again", onclick: () => this.again() }, icon("again"), t.again));
    } else if (this.mine && ending.kind !== "failed") {
      tools.append(iconButton("again", t.again, () => this.again()));
    }
    if (ending.rated) tools.append(this.opinion.up, this.opinion.down);
    if (LEFT_TO_A_PERSON.has(ending.kind) && ending.rated) tools.append(this.opinion.handOverButton());
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

  async press(index, button, marked) {
    button.disabled = true;
    try {
      const question = await persistently(() => call("POST", `${this.path}/followups/${index}`));
      marked();
      this.ending.followups[index].pressed = true;
      this.page.begin(question);
    } catch (error) {
      button.disabled = false;
      this.page.refused(error);
      if (error.waitS) return;
      this.below.append(problem(error.message));
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
    this.isEditing = true;
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

  showEdited(text) {
    this.text = text;
    this.showAsked();
  }

  async revise(text) {
    if (!text || text === this.text) return this.showAsked();
    try {
      await persistently(() => call("PATCH", this.path, { text }));
    } catch (error) {
      this.page.refused(error);
      if (error.waitS) return; // what was typed stays in its field
      this.showAsked();
      this.below.append(problem(error.message));
      return;
    }
    this.answerAnew(text);
    this.page.ended();
  }

  // Also what another window has edited.
  answerAnew(text) {
    this.given = null;
    this.ending = null;
    this.showEdited(text);
    this.textElement.replaceChildren();
    this.below.replaceChildren();
    this.showStatus(t.searching);
    this.follow();
  }

  // What the server knows by now, perhaps from another window.
  update({ text, state, opinion }) {
    this.isStored = true;
    const isAnswering = state === "answering";
    if (text !== this.text && !this.isEditing) this.answerAnew(text);
    else if (isAnswering && this.ending && !this.isEditing) this.answerAnew(text);
    else if (this.ending && !isAnswering && JSON.stringify(opinion) !== JSON.stringify(this.opinion.given)) {
      this.given = opinion;
      this.opinion.show(opinion);
    }
  }

  async remove() {
    if (!(await confirmed($("sure")))) return;
    try {
      await persistently(() => call("DELETE", this.path));
    } catch (error) {
      if (error.status !== 404) return this.below.append(problem(error.message));
    }
    this.gone();
  }

  gone() {
    this.following?.abort();
    this.element.remove();
    this.page.removed(this);
  }

  // The question was not taken, or not answered: say why, and let it be asked once more.
  fail(text, again) {
    this.statusElement.replaceChildren();
    this.statusElement.hidden = true;
    this.below.replaceChildren(problem(text, t.retry, again));
    say(text);
  }

  // Once more, as a question of its own: this one has ended.
  again() {
    this.page.ask(this.text);
  }
}
