// Elements, icons, and small helpers that are independent of the bot.

export const $ = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

export function logo() {
  const svg = icon("bot");
  svg.setAttribute("class", "logo");
  return svg;
}

export function iconButton(name, label, onclick) {
  const button = make("button", { type: "button", className: "icon", title: label, onclick });
  button.setAttribute("aria-label", label);
  button.append(icon(name));
  return button;
}

export function say(text) {
  $("say").textContent = text;
}

export const random = (bytes) =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes))))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

export const pause = (ms, signal) =>
  new Promise((done) => {
    const timer = setTimeout(done, ms);
    const early = () => { clearTimeout(timer); done(); };
    addEventListener("online", early, { once: true });
    signal?.addEventListener("abort", early, { once: true });
  });

export async function copy(text) {
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

// Enter that ends a syllable of Korean is not the one that sends.
export function isSending(event) {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

export function fit(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

export async function confirmed(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  return dialog.returnValue === "yes";
}

export function problem(text, label, onclick) {
  const element = make("div", { className: "problem" });
  if (text) element.append(make("span", { textContent: text }));
  if (onclick) element.append(make("button", { type: "button", textContent: label, onclick }));
  return element;
}
