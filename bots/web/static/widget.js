// The messenger on another site: <script src="https://faq.example/widget.js" async></script>
// A round button that opens the page in a frame. Attributes of the script: data-label, data-color
// (of the button), data-side ("left" or "right").

(() => {
  const script = document.currentScript;
  const isKorean = (document.documentElement.lang || navigator.language).startsWith("ko");
  const label = script.dataset.label || (isKorean ? "궁금한 점 물어보기" : "Ask a question");
  const close = isKorean ? "닫기" : "Close";
  const address = new URL("embed", script.src);

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "closed" });
  // A sheet of its own: neither the site's styles nor its content policy have a say in it.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; }
    button { position: fixed; inset: auto 20px 20px auto; z-index: 2147483000; width: 60px; height: 60px;
      border: 0; border-radius: 50%; cursor: pointer; background: var(--faqbot-color, #0b7a53); color: #fff;
      box-shadow: 0 4px 20px rgb(0 0 0 / 28%); display: grid; place-items: center; }
    button:focus-visible { outline: 3px solid #fff; outline-offset: -6px; }
    svg { width: 30px; height: 30px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    iframe { position: fixed; inset: auto 20px 92px auto; z-index: 2147483000; width: min(400px, calc(100vw - 40px));
      height: min(640px, calc(100dvh - 120px)); border: 0; border-radius: 18px; background: #fff;
      box-shadow: 0 12px 48px rgb(0 0 0 / 30%); color-scheme: light dark; }
    :host([data-side="left"]) button, :host([data-side="left"]) iframe { right: auto; left: 20px; }
    [hidden] { display: none; }
    @media (max-width: 480px) {
      iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; }
      .open { display: none; }
    }`);
  root.adoptedStyleSheets = [sheet];
  host.dataset.side = script.dataset.side === "left" ? "left" : "right";
  if (CSS.supports("color", script.dataset.color || "")) host.style.setProperty("--faqbot-color", script.dataset.color);

  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 5.500A2.500 2.500 0 0 1 7.500 3h9A2.500 2.500 0 0 1 19 5.500v7a2.500 2.500 0 0 1-2.500 2.500H11l-4 4v-4.100A2.500 2.500 0 0 1 5 12.500z"/><path d="M9 8h6M9 11h4"/></svg>';
  let frame = null;

  const show = (isOpen) => {
    if (isOpen && !frame) {
      frame = document.createElement("iframe");
      frame.title = label;
      frame.allow = "clipboard-write";
      frame.src = address.href;
      root.append(frame);
    }
    if (frame) frame.hidden = !isOpen;
    button.classList.toggle("open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
    button.setAttribute("aria-label", isOpen ? close : label);
    button.title = isOpen ? close : label;
    if (isOpen) frame.focus();
    else if (frame) button.focus();
  };

  button.onclick = () => show(button.getAttribute("aria-expanded") !== "true");
  addEventListener("message", (event) => {
    if (event.source === frame?.contentWindow && event.origin === address.origin && event.data === "faqbot:close") show(false);
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && frame && !frame.hidden) show(false); });
  root.append(button);
  show(false);
  document.body.append(host);
})();
