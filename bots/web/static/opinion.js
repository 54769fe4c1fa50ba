// What people think of an answer: thumbs, a reason, and what they leave to a person.

import { iconButton, make, problem, say } from "./dom.js";
import { Problem, call } from "./server.js";
import { about, t } from "./texts.js";

const HANDED_OVER = "handed_over"; // as core/stores/counts.py has it

export class Opinion {
  // `below` is where forms and thanks are shown.
  constructor(turn, given, below) {
    this.turn = turn;
    this.given = given;
    this.below = below;
    this.up = iconButton("up", t.helpful, () => this.praise());
    this.down = iconButton("down", t.not_helpful, () => this.criticise());
    this.show(given);
  }

  handOverButton() {
    return make("button", { type: "button", className: "handover", textContent: t.handover, onclick: () => this.handOver() });
  }

  show(given) {
    this.given = given;
    this.up.setAttribute("aria-pressed", String(given?.helpful === true));
    this.down.setAttribute("aria-pressed", String(given?.helpful === false));
  }

  // Pressing the same thumb again takes the opinion back.
  async praise() {
    if (this.given?.helpful === true) await this.takeBack();
    else if (await this.rate({ helpful: true })) this.below.replaceChildren();
  }

  async takeBack() {
    if (await this.rate(null)) this.thank(t.feedback_withdrawn);
  }

  async rate(given) {
    try {
      await call(given ? "PUT" : "DELETE", `${this.turn.path}/opinion`, given ?? undefined);
      this.show(given);
      return true;
    } catch (error) {
      this.below.replaceChildren(problem(error instanceof Problem ? error.message : t.not_stored));
      return false;
    }
  }

  thank(text) {
    this.below.replaceChildren(make("p", { className: "thanks", textContent: text }));
    say(text);
  }

  // That it was no help is stored at once, in case that nothing more comes.
  async criticise() {
    if (this.given?.helpful === false) {
      await this.takeBack();
      return;
    }
    if (!(await this.rate({ helpful: false }))) return;
    const reasons = about.reasons.map((reason) =>
      make("label", {}, make("input", { type: "radio", name: `why-${this.turn.id}`, value: reason }), reason));
    const why = make("fieldset", {}, make("legend", { textContent: t.feedback_why }), ...reasons);
    const expected = make("textarea", { maxLength: 1000, placeholder: t.expected_hint });
    this.ask(t.feedback_title, [why, make("label", {}, make("span", { textContent: t.feedback_expected }), expected)], this.down, async (form) => {
      const reason = form.querySelector(":checked")?.value ?? "";
      if (await this.rate({ helpful: false, reason, expected: expected.value })) this.thank(t.feedback_thanks);
    });
  }

  handOver() {
    const more = make("textarea", { maxLength: 1000 });
    const fields = [make("p", { textContent: t.handover_about }), make("label", {}, make("span", { textContent: t.handover_label }), more)];
    const button = this.turn.element.querySelector(".handover");
    this.ask(t.handover, fields, button, async () => {
      const given = { helpful: false, reason: HANDED_OVER, expected: more.value };
      if (await this.rate(given)) this.thank(t.handover_thanks);
    });
  }

  ask(title, fields, opener, submit) {
    const cancel = () => { this.below.replaceChildren(); opener.focus(); };
    const form = make(
      "form",
      { className: "opinion" },
      make("h2", { textContent: title }),
      ...fields,
      make("div", { className: "row" },
        make("button", { type: "button", textContent: t.cancel, onclick: cancel }),
        make("button", { type: "submit", className: "primary", textContent: t.send })),
    );
    form.onsubmit = (event) => { event.preventDefault(); submit(form); };
    form.onkeydown = (event) => { if (event.key === "Escape") cancel(); };
    this.below.replaceChildren(form);
    form.querySelector("input, textarea").focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
  }
}
