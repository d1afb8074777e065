/*
 * The clinic's chat as a widget for any page: <script src="https://the-chat-server/widget.js" defer></script>. It adds a
 * round button and a panel whose frame shows the chat page of the server that this script came from. Everything lives in
 * a shadow root and is styled by a constructed style sheet, so that neither the host page's styles nor its content
 * security policy get in the way. The frame is loaded when the panel is first opened, not before.
 * Attributes of the script tag: data-label (words of the button), data-open="true" (open at first, except on phones),
 * data-lang ("en" or "zh"; else the host page's own language).
 */
(() => {
  "use strict";

  const TAG = "clinic-chat-widget";
  const STORE = "clinic-chat-widget";
  const SMALL_SCREEN = "(max-width: 30rem), (max-height: 30rem)";
  const script = document.currentScript;
  if (!script || !script.src) {
    console.warn("widget.js has to be loaded by a plain <script src> tag: the chat server's address is taken from it.");
    return;
  }
  const origin = new URL(script.src).origin;
  const WORDS = {
    en: { label: "Ask about HSG or hysteroscopy", chat: "Chat with the clinic's assistant", close: "Close the chat", aside: "Clinic assistant", news: "New message" },
    zh: { label: "问问造影和宫腔镜", chat: "与诊所助手对话", close: "关闭对话", aside: "诊所助手", news: "新消息" },
  };
  const language = (script.dataset.lang || document.documentElement.lang).toLowerCase().startsWith("zh") ? "zh" : "en";
  const said = WORDS[language];
  const label = script.dataset.label || said.label;

  const STYLE = `
    :host { all: initial; position: fixed; z-index: 2147483000; right: 0; bottom: 0; color-scheme: light dark;
      --brand: #0f5259; --brand-dark: #0a3d43; --on-brand: #ffffff; --page: #f6f3ee; --line: #6f8184; }
    @media (prefers-color-scheme: dark) {
      :host { --brand: #104248; --brand-dark: #0b3136; --on-brand: #f3fafa; --page: #121a1c; --line: #8fa3a5; }
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    button { font: 600 1rem/1.3 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--on-brand);
      background: var(--brand); border: 2px solid transparent; cursor: pointer; }
    button:hover { background: var(--brand-dark); }
    button:focus-visible { outline: 3px solid var(--on-brand); outline-offset: -5px; box-shadow: 0 0 0 3px var(--brand); }
    svg { flex: none; width: 1.75rem; height: 1.75rem; fill: none; stroke: currentColor; stroke-width: 2;
      stroke-linecap: round; stroke-linejoin: round; }
    .launcher { position: fixed; right: max(1rem, env(safe-area-inset-right)); bottom: max(1rem, env(safe-area-inset-bottom));
      display: flex; gap: 0.625rem; align-items: center; justify-content: center; min-width: 3.75rem; min-height: 3.75rem;
      max-width: calc(100vw - 2rem); padding: 0.75rem 1.25rem 0.75rem 1rem; border-radius: 1.875rem; text-align: left;
      border-color: var(--on-brand); box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 30%); }
    .open .launcher { width: 3.75rem; padding: 0; }
    .open .launcher .words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .open .launcher .speech, .launcher .cross { display: none; }
    .open .launcher .cross { display: block; }
    .launcher.news::after { position: absolute; top: -0.125rem; right: -0.125rem; width: 1.25rem; height: 1.25rem; border: 3px solid var(--on-brand);
      border-radius: 50%; background: #b3261e; content: ""; }
    .panel { position: fixed; right: max(1rem, env(safe-area-inset-right)); bottom: calc(max(1rem, env(safe-area-inset-bottom)) + 4.5rem);
      width: min(26rem, calc(100vw - 2rem)); height: min(42rem, calc(100vh - 6.5rem)); overflow: hidden;
      border: 1px solid var(--line); border-radius: 1rem; background: var(--page); box-shadow: 0 0.5rem 2rem rgb(0 0 0 / 30%); }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    .close { position: absolute; top: max(0.625rem, env(safe-area-inset-top)); right: 0.75rem; display: grid; place-items: center;
      width: 2.75rem; height: 2.75rem; padding: 0; border-radius: 50%; }
    @media ${SMALL_SCREEN} {
      .panel { inset: 0; width: 100%; height: 100vh; height: 100dvh; border: 0; border-radius: 0; }
      .open .launcher { visibility: hidden; }
    }
    @media (max-width: 30rem) {
      .launcher { width: 3.75rem; padding: 0; border-radius: 50%; }
      .launcher .words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    }
    @media (prefers-reduced-motion: no-preference) {
      .panel { animation: rise 0.18s ease-out; }
      @keyframes rise { from { opacity: 0; transform: translateY(0.75rem); } }
    }
    @media (forced-colors: active) { button, .panel { border: 2px solid ButtonText; } }
  `;

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function icon(name, path) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const line = document.createElementNS(space, "path");
    svg.setAttribute("class", name);
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  const speech = () => icon("speech", "M4 5h16v11H10l-5 4v-4H4zM8 9h8M8 12h5");
  const cross = () => icon("cross", "M6 6l12 12M18 6L6 18");

  function remembered() {
    try {
      return sessionStorage.getItem(STORE);
    } catch {
      return null; // storage is forbidden on this page
    }
  }

  function remember(state) {
    try {
      sessionStorage.setItem(STORE, state);
    } catch {
      // The widget works all the same; it starts closed on the next page.
    }
  }

  function dress(root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  }

  function build() {
    const words = element("span", { class: "words" }, label);
    const launcher = element("button", { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "panel" }, speech(), cross(), words);
    const frame = element("iframe", { title: said.chat, src: `${origin}/?embedded=1&lang=${language}` });
    const close = element("button", { type: "button", class: "close", "aria-label": said.close }, cross());
    const panel = element("div", { id: "panel", class: "panel", hidden: "" }, close);
    const holder = element("aside", { "aria-label": said.aside }, launcher, panel);
    return { launcher, frame, close, panel, holder };
  }

  function start() {
    if (document.querySelector(TAG)) return; // the tag stands twice on the page
    const { launcher, frame, close, panel, holder } = build();
    const host = element(TAG);
    const root = host.attachShadow({ mode: "open" }); // open, so that accessibility checkers and tests can look inside
    dress(root);
    root.append(holder);
    document.body.append(host);

    let frameReady = false;
    let focusWanted = false;

    function focusChat() {
      if (!focusWanted || !frameReady) return;
      focusWanted = false;
      frame.focus();
      frame.contentWindow.postMessage({ type: "clinic-chat:focus" }, origin);
    }

    // Somebody wrote while the panel is closed: the button shows a dot and says so.
    function markNews(isNew) {
      launcher.classList.toggle("news", isNew);
      launcher.querySelector(".words").textContent = isNew ? `${label}. ${said.news}` : label;
    }

    function show(open) {
      if (open) markNews(false);
      if (open && !frame.isConnected) panel.append(frame); // this loads it
      panel.hidden = !open;
      holder.classList.toggle("open", open);
      launcher.setAttribute("aria-expanded", String(open));
    }

    function openChat() {
      show(true);
      remember("open");
      focusWanted = true;
      if (!frameReady) close.focus(); // until the chat says that it is ready
      focusChat();
    }

    function closeChat() {
      if (panel.hidden) return;
      focusWanted = false;
      show(false);
      remember("closed");
      launcher.focus();
    }

    function hear(event) {
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      if (event.data?.type === "clinic-chat:close") closeChat();
      if (event.data?.type === "clinic-chat:news") markNews(panel.hidden);
      if (event.data?.type === "clinic-chat:ready") {
        frameReady = true;
        focusChat();
      }
    }

    launcher.addEventListener("click", () => (panel.hidden ? openChat() : closeChat()));
    close.addEventListener("click", closeChat);
    root.addEventListener("keydown", (event) => event.key === "Escape" && closeChat());
    window.addEventListener("message", hear);

    // A panel that opens by itself takes no focus, and on a phone it would hide the page it was put on.
    const openAtFirst = script.dataset.open === "true" && !window.matchMedia(SMALL_SCREEN).matches;
    if (remembered() === "open" || (openAtFirst && remembered() !== "closed")) show(true);
  }

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
