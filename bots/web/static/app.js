// The page: asks, follows the streams of answers, and comes back after a break.
// What the server sends as HTML was made safe there (bots/web/format.py); all other text is text.

const API = "api/v1";
const SILENCE_MS = 40_000; // the server sends something every 15 s
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
const OPEN = "faqbot.open"; // questions of this browser that no list has yet, by id
const ENDINGS = new Set(["answered", "declined", "escalated", "failed", "stopped", "withdrawn"]);

const $ = (id) => document.getElementById(id);
let about;
let t; // the page's words
let session = ""; // "" until the first question of a new conversation
let turns = []; // of the conversation that is shown, in order
let shownConversation = 0; // grows with each one, so that what is late for it is thrown away
let sessions = [];

// --- Small things

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function logo() {
  const svg = icon("bot");
  svg.setAttribute("class", "logo");
  return svg;
}

function iconButton(name, label, onclick) {
  const button = make("button", { type: "button", className: "icon", title: label, onclick });
  button.setAttribute("aria-label", label);
  button.append(icon(name));
  return button;
}

function say(text) {
  $("say").textContent = text;
}

const random = (bytes) =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes))))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const pause = (ms, signal) =>
  new Promise((done) => {
    const timer = setTimeout(done, ms);
    const early = () => { clearTimeout(timer); done(); };
    addEventListener("online", early, { once: true });
    signal?.addEventListener("abort", early, { once: true });
  });

class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

// --- The server

async function call(method, path, body, options = {}) {
  const response = await fetch(`${API}${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    ...options,
  });
  await check(response);
  return response.status === 204 ? null : response.json();
}

async function check(response) {
  if (response.ok) return;
  let detail = t?.failed ?? "";
  try {
    detail = (await response.json()).detail || detail;
  } catch { /* a proxy's own page */ }
  if (response.status === 401 && t) showGate();
  // A proxy in front says that nobody is behind it: as if there were no network.
  if ([502, 504].includes(response.status)) throw new TypeError(detail);
  throw new Problem(response.status, detail);
}

// Tries until the server is there. Only for what may be done twice.
async function persistently(doIt, signal) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      const done = await doIt();
      setOnline(true);
      return done;
    } catch (error) {
      if (!(error instanceof TypeError) || signal?.aborted) throw error;
      setOnline(false);
      await pause(wait, signal);
      if (signal?.aborted) throw error;
    }
  }
}

let online = true;
let bannerTimer;
function setOnline(now) {
  if (now === online) return;
  online = now;
  const banner = $("banner");
  clearTimeout(bannerTimer);
  banner.textContent = now ? t.online : t.offline;
  banner.classList.toggle("good", now);
  banner.hidden = false;
  if (now) bannerTimer = setTimeout(() => { banner.hidden = true; }, 2500);
}

async function* eventsOf(response, abort) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const silence = setTimeout(() => abort.abort("silence"), SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    const parts = (held + value).split("\n\n");
    held = parts.pop();
    for (const part of parts) {
      const event = {};
      for (const line of part.split("\n")) {
        const at = line.indexOf(": ");
        if (at > 0) event[line.slice(0, at)] = line.slice(at + 2);
      }
      if (event.event) yield { name: event.event, id: event.id, data: JSON.parse(event.data) };
    }
  }
}

// --- What this browser has asked and no list has yet

function openQuestions() {
  try {
    return JSON.parse(localStorage.getItem(OPEN)) ?? {};
  } catch {
    return {};
  }
}

function remember(id, question) {
  const open = openQuestions();
  if (question) open[id] = question;
  else delete open[id];
  try {
    localStorage.setItem(OPEN, JSON.stringify(open));
  } catch { /* a private window without storage: a reload loses the answer in work */ }
}

// --- One question with its answer

class Turn {
  constructor(question) {
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

  showStatus(text) {
    const words = make("span", { textContent: text });
    const dots = make("span", { className: "dots" }, make("i"), make("i"), make("i"));
    dots.setAttribute("aria-hidden", "true");
    this.statusElement.replaceChildren(dots, words);
    if (this.mine) {
      const stop = make("button", { type: "button", className: "stop", onclick: () => this.stop(stop) }, icon("stop"), t.stop);
      this.statusElement.append(stop);
    }
    this.statusElement.hidden = false;
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
    const stick = isKeepingUp(this);
    if (name === "status") this.showStatus(data.text);
    if (data.html) this.showBlocks(data.html);
    if (name === "delta" || name === "replace") this.showStatus(t.writing);
    if (name === "withdrawn") this.gone();
    else if (ENDINGS.has(name)) this.end(data, true);
    if (stick) keepUp(this);
    $("to-end").hidden = isAtEnd();
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
      refreshList();
    }
  }

  sources(sources) {
    const list = make("ol", {}, ...sources.map((source) => make("li", { textContent: source.title })));
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
    const stick = isAtEnd();
    this.opinionElement.replaceChildren(form);
    form.querySelector("input").focus({ preventScroll: true });
    if (stick) toEnd();
  }

  async press(index, button) {
    button.disabled = true;
    try {
      const question = await persistently(() => call("POST", `${this.path}/followups/${index}`));
      button.replaceChildren(icon("check"), this.ending.followups[index].text);
      this.ending.followups[index].pressed = true;
      if (!turns.some((turn) => turn.id === question.id)) begin(question);
    } catch (error) {
      button.disabled = false;
      this.below.append(this.problem(error.message));
      toEnd();
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
    focusText();
  }

  gone() {
    this.following?.abort();
    remember(this.id, null);
    this.element.remove();
    turns = turns.filter((turn) => turn !== this);
    showWelcome();
    refreshList();
  }

  // The question was not taken, or not answered: say why, and let it be asked once more.
  fail(text, again) {
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
    ask(this.text);
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not in a page without https that is not on this machine
    const area = make("textarea", { value: text, className: "hidden" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

// --- The conversation

function add(turn) {
  turns.push(turn);
  $("log").append(turn.element);
  $("welcome").hidden = true;
  return turn;
}

function begin(question) {
  const turn = add(new Turn(question));
  remember(turn.id, { session: turn.session, text: turn.text, asked_at: turn.askedAt });
  turn.follow();
  keepUp(turn);
  focusText(); // the button that was pressed can be pressed no more
  refreshList();
}

async function ask(text) {
  if (!session) {
    session = `web:page:${random(16)}`;
    history.pushState(null, "", `#${session.slice(4)}`);
  }
  const name = random(9);
  const turn = add(new Turn({ id: `${session}:${name}`, session, text }));
  remember(turn.id, { session, text, asked_at: turn.askedAt });
  listLocally(turn);
  keepUp(turn);
  focusText();
  say(t.searching);
  try {
    // The id makes it safe to send again: it is one question.
    await persistently(() => call("POST", "/questions", { id: name, session: turn.session, text }));
    turn.follow();
  } catch (error) {
    remember(turn.id, null);
    turn.mine = false; // there is nothing to edit or to take back
    turn.showAsked();
    turn.fail(error.message, () => {
      turn.element.remove();
      turns = turns.filter((other) => other !== turn);
      ask(text);
    });
  }
}

async function show(name) {
  const number = ++shownConversation;
  for (const turn of turns) turn.following?.abort();
  turns = [];
  $("log").replaceChildren();
  $("welcome").hidden = true;
  session = name;
  markCurrent();
  if (name) {
    const slow = setTimeout(() => { $("loading").hidden = false; }, 300);
    try {
      await load(name, number);
    } catch (error) {
      if (number === shownConversation && error.status === 404) start();
      else if (error.status !== 401) setOnline(false);
    } finally {
      clearTimeout(slow);
      $("loading").hidden = true;
    }
  }
  if (number !== shownConversation) return;
  showWelcome();
  toEnd();
}

async function load(name, number) {
  const found = [];
  for (let after = 0; after !== null;) {
    const page = await persistently(() => call("GET", `/sessions/${encodeURIComponent(name)}?html&limit=100&after=${after}`));
    if (number !== shownConversation) return;
    found.push(...page.questions);
    after = page.next;
  }
  const known = new Set(found.map((question) => question.id));
  for (const [id, open] of Object.entries(openQuestions())) {
    if (open.session !== name || known.has(id)) continue;
    try {
      found.push(await persistently(() => call("GET", `/questions/${encodeURIComponent(id)}?html`)));
    } catch (error) {
      if (error.status === 404) remember(id, null);
    }
    if (number !== shownConversation) return;
  }
  found.sort((one, other) => one.asked_at.localeCompare(other.asked_at));
  for (const question of found) {
    const turn = add(new Turn(question));
    if (!question.answer) turn.follow();
  }
}

function start() {
  history.pushState(null, "", location.pathname);
  show("");
  closeMenu();
  focusText();
}

function showWelcome() {
  $("welcome").hidden = turns.length > 0;
}

const scroller = $("scroll");
function isAtEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
}
function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  $("to-end").hidden = true;
}

// The end of an answer, but never beyond its question: a long one is read from its beginning.
function placeFor(turn) {
  const end = scroller.scrollHeight - scroller.clientHeight;
  return Math.max(0, Math.min(end, turn.element.offsetTop - 20));
}
function keepUp(turn) {
  scroller.scrollTop = placeFor(turn);
}
function isKeepingUp(turn) {
  return Math.abs(scroller.scrollTop - placeFor(turn)) < 80;
}

// --- The list of conversations

async function refreshList() {
  try {
    sessions = (await call("GET", "/sessions")).sessions;
  } catch {
    return; // it is shown as it was
  }
  const known = new Set(sessions.map((one) => one.session));
  for (const open of Object.values(openQuestions())) {
    if (!known.has(open.session)) sessions.unshift({ session: open.session, title: open.text, last_at: open.asked_at });
    known.add(open.session);
  }
  drawList();
}

function listLocally(turn) {
  if (!sessions.some((one) => one.session === turn.session)) {
    sessions.unshift({ session: turn.session, title: turn.text, last_at: turn.askedAt });
  }
  drawList();
}

function drawList() {
  const list = $("list");
  list.replaceChildren();
  if (!sessions.length) list.append(make("p", { textContent: t.no_conversations }));
  let before = "";
  for (const { session: name, title, last_at } of sessions) {
    const day = dayOf(new Date(last_at));
    if (day !== before) list.append(make("h3", { textContent: day }));
    before = day;
    list.append(make("a", { href: `#${name.slice(4)}`, textContent: title, title }));
  }
  markCurrent();
}

function dayOf(moment) {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  if (moment >= midnight) return t.today;
  midnight.setDate(midnight.getDate() - 1);
  return moment >= midnight ? t.yesterday : t.earlier;
}

function markCurrent() {
  for (const link of $("list").querySelectorAll("a")) {
    if (`web:${link.hash.slice(1)}` === session) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function openMenu() {
  $("side").classList.add("open");
  $("shade").hidden = false;
  $("menu").setAttribute("aria-expanded", "true");
  $("side-close").focus();
}

function closeMenu() {
  $("side").classList.remove("open");
  $("shade").hidden = true;
  $("menu").setAttribute("aria-expanded", "false");
}

// --- Writing a question

// Enter that ends a syllable of Korean is not the one that sends.
function isSending(event) {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

// Not where that would bring a keyboard up over the page.
function focusText() {
  if (matchMedia("(hover: hover)").matches) $("text").focus();
}

function fit(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

function weigh() {
  const area = $("text");
  fit(area);
  const length = [...area.value.trim()].length;
  const most = about.question_characters;
  $("count").textContent = `${length.toLocaleString()} / ${most.toLocaleString()}`;
  $("count").hidden = length < most * 0.9;
  $("count").classList.toggle("over", length > most);
  $("over").textContent = length > most ? t.long_question : "";
  $("hint").hidden = length > most;
  $("send").disabled = !length || length > most;
}

function submit(event) {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return say(t.empty_question);
  if ([...text].length > about.question_characters) return say(t.long_question);
  $("text").value = "";
  weigh();
  ask(text);
}

// --- The token

function showGate() {
  $("app").hidden = true;
  $("gate").hidden = false;
  $("token").focus();
}

async function signIn(event) {
  event.preventDefault();
  $("token-wrong").textContent = "";
  try {
    await call("POST", "/login", { token: $("token").value });
  } catch (error) {
    $("token-wrong").textContent = error instanceof Problem ? error.message : t.offline;
    $("token").select();
    return;
  }
  $("token").value = "";
  await open();
}

// --- The beginning

function here() {
  const name = location.hash.slice(1);
  return /^[a-z0-9-]{1,32}:[\w-]{16,64}$/.test(name) ? `web:${name}` : "";
}

async function open() {
  about = await persistently(() => call("GET", "/about"));
  t = about.texts;
  document.title = t.name;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t[element.dataset.t];
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", t[element.dataset.label]);
    element.title = t[element.dataset.label];
  }
  if (!about.let_in) return showGate();
  $("gate").hidden = true;
  $("app").hidden = false;
  $("text").placeholder = t.placeholder;
  $("examples").replaceChildren(...about.examples.map((text) =>
    make("button", { type: "button", textContent: text, onclick: () => ask(text) })));
  drawList();
  refreshList();
  await show(here());
  focusText();
}

$("ask").onsubmit = submit;
$("text").oninput = weigh;
$("text").onkeydown = (event) => { if (isSending(event)) submit(event); };
$("token-form").onsubmit = signIn;
$("new").onclick = start;
$("new-too").onclick = start;
$("menu").onclick = openMenu;
$("side-close").onclick = () => { closeMenu(); $("menu").focus(); };
$("shade").onclick = closeMenu;
$("list").onclick = closeMenu;
$("to-end").onclick = toEnd;
scroller.onscroll = () => { $("to-end").hidden = isAtEnd(); };
addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenu(); });
addEventListener("popstate", () => show(here()));
// Another tab of this browser has asked something, or an answer there has ended.
addEventListener("storage", (event) => {
  if (event.key !== OPEN || !t) return;
  for (const [id, open] of Object.entries(openQuestions())) {
    if (open.session === session && !turns.some((turn) => turn.id === id)) add(new Turn({ id, ...open })).follow();
  }
  refreshList();
});

open();
