/*
 * The keys of Ask, its copy buttons, and what is said when an answer has come. Asking itself is htmx's. No wording of an
 * answer and no rule belongs here.
 */

const box = document.getElementById("text");
const form = document.getElementById("ask");
const turns = document.getElementById("turns");
const problem = document.getElementById("problem");
const status = document.getElementById("status");
const singleKeys = document.getElementById("single-keys");
const STORE = "desk-single-keys";
const TYPED_IN = "input:not([type=checkbox]), textarea, select, [contenteditable]";

// ---- Keys ----

try {
  singleKeys.checked = localStorage.getItem(STORE) !== "off";
} catch {
  // Storage is forbidden: the choice holds for this page.
}

singleKeys.addEventListener("change", () => {
  try {
    localStorage.setItem(STORE, singleKeys.checked ? "on" : "off");
  } catch {
    // As above.
  }
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target !== box && event.target.matches(TYPED_IN);
  if (event.key === "Escape") return comeBack();
  if (event.target === box && event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
    return;
  }
  if (!singleKeys.checked || isTyping) return;
  if (event.key === "/" && event.target !== box) {
    event.preventDefault();
    box.focus();
    return;
  }
  const choice = box.value === "" && !event.repeat && turns.querySelector(`.turn:first-child [data-key="${CSS.escape(event.key)}"]`);
  if (choice) {
    event.preventDefault();
    choice.click();
  }
});

function comeBack() {
  if (document.activeElement === box || !box.value) box.value = "";
  problem.replaceChildren();
  box.focus();
}

// ---- Asking ----

let asked = ""; // what stood in the box when it was sent

form.addEventListener("htmx:beforeRequest", () => {
  asked = box.value;
});

form.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt !== form) return;
  if (!event.detail.successful) return;
  problem.replaceChildren();
  if (box.value === asked) box.value = "";
  box.focus();
  scrollTo({ top: 0 });
  const first = turns.firstElementChild;
  status.textContent = [...first.querySelectorAll(".kind, .ring, .short")].map((part) => part.textContent.trim()).join(". ");
});

document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt === form) problem.replaceChildren(document.getElementById("offline").content.cloneNode(true));
});

// ---- Copy and send ----

turns.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const text = document.getElementById(button.dataset.copies).value;
  told(button, (await copied(text)) ? "Copied." : "Copying is not allowed here: mark the text and copy it.");
});

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByHand(text); // no permission, or the page is not served over https
  }
}

function copiedByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  before?.focus();
  return isDone;
}

turns.addEventListener("htmx:afterRequest", (event) => {
  if (!event.target.matches(".say")) return;
  const isSent = event.detail.successful;
  told(event.target, isSent ? "Sent to the chat." : "Not sent. Take the conversation over first, or it is closed.");
});

function told(place, text) {
  const done = place.closest(".tools").querySelector(".done");
  done.textContent = text;
  status.textContent = text;
}
