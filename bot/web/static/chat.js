/*
 * The patient's side of the chat (templates/chat.html), used as a full page and inside the widget's frame. It keeps the
 * conversation in sessionStorage, sends one question at a time to the chat API, in order, and draws what comes back.
 * Nothing that anyone wrote is ever read as HTML: text becomes text nodes only. No wording and no medical rule belongs
 * here (the page brings its words in its language), and no request goes anywhere but to this page's own server.
 */

import { joinPeople } from "./people.js";
import { joinVotes } from "./votes.js";

const byId = (id) => document.getElementById(id);
const { api, mostCharacters, timeoutSeconds, language } = byId("chat").dataset;
const words = byId("words").dataset, errors = byId("errors").dataset;
const filled = (text, details) => text.replace(/\{(\w+)\}/g, (whole, name) => details[name] ?? whole);
const scroller = byId("scroller"), intro = byId("intro"), log = byId("log"), note = byId("note"), live = byId("live");
const away = byId("away"), problem = byId("problem"), box = byId("message"), send = byId("send"), counter = byId("counter");
const tryNowButton = byId("try-now"), typing = document.querySelector(".typing");

const MOST_CHARACTERS = Number(mostCharacters);
const COUNTER_FROM = 100; // characters left when the counter appears
const RETRY_SECONDS = [2, 4, 8, 16, 30]; // the last one repeats
const TYPING_ANNOUNCED_AFTER_MS = 600; // a quick answer is announced alone
const WHOLE_FROM_WORDS = 4; // a shorter message without an end mark may go on in the next one
const MORE_WITHIN_MS = 900;
const STORE = "clinic-chat";
const STATUS_WORDS = { sent: "", sending: "", waiting: words.waiting, limited: words.limited, unsent: words.unsent };

// ---- The conversation: what is kept over a reload, in this tab only ----

const emptyTalk = () => ({ session: null, away: false, draft: "", entries: [] });

// An entry is {from: "patient", id, text, pending, burst}, {from: "assistant", reply} or {from: "person", text, by}. `burst` stands in the first of
// the messages that are sent as one, and says how many they are; from its first try on they stay the same.
let talk = recall();

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE)) ?? emptyTalk();
  } catch {
    return emptyTalk(); // storage is forbidden here, or holds something else
  }
}

function remember() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify(talk));
  } catch {
    // Storage is forbidden or full: the chat works, but a reload starts it again.
  }
}

const pendingEntries = () => talk.entries.filter((entry) => entry.pending);
const nextPending = () => pendingEntries()[0];

// A server that is asked twice with one id answers once.
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// ---- Sending: one question under way at a time, the others wait their turn. Short messages that are written one after
// another, or while an answer is under way, are one question ----

let underWay = null; // the AbortController of the message under way
let retryTimer = null;
let failures = 0; // tries in a row that did not reach the server
let limited = false; // the server asked to wait (429)
let moreToCome = null; // the timer of a short message that may go on

function sendMessage(text, isWhole = true) {
  const entry = { from: "patient", id: newId(), text, pending: true };
  talk.entries.push(entry);
  log.append(drawEntry(entry));
  showProblem("");
  note.hidden = true;
  refresh();
  scroller.scrollTop = scroller.scrollHeight;
  box.focus();
  if (!isWhole && !underWay) return waitForMore();
  clearTimeout(moreToCome);
  moreToCome = null;
  sendNext();
}

const isFragment = (text) => text.split(/\s+/).length < WHOLE_FROM_WORDS && !/[.?!。？！]$/.test(text) && !/[\u4e00-\u9fff]/.test(text);

function waitForMore() {
  clearTimeout(moreToCome);
  moreToCome = setTimeout(() => {
    moreToCome = null;
    sendNext();
  }, MORE_WITHIN_MS);
}

// The oldest messages that wait, as many as fit into one question.
function nextBurst() {
  const waiting = pendingEntries();
  const [first] = waiting;
  if (!first) return [];
  if (!first.burst) {
    let length = -1;
    first.burst = waiting.filter((entry) => (length += entry.text.length + 1) <= MOST_CHARACTERS).length;
  }
  return waiting.slice(0, first.burst);
}

async function sendNext() {
  if (underWay || retryTimer || moreToCome) return;
  const burst = nextBurst();
  if (!burst.length) return;
  const request = (underWay = new AbortController());
  refresh();
  const announcing = announceTyping();
  const outcome = await post(burst.map((entry) => entry.text).join("\n"), burst[0].id, request);
  clearTimeout(announcing);
  if (request !== underWay) return; // the patient started again meanwhile
  underWay = null;
  settle(burst, outcome);
  sendNext();
}

async function post(message, id, request) {
  const timer = setTimeout(() => request.abort(), Number(timeoutSeconds) * 1000);
  try {
    const response = await fetch(api, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ message, id, session: talk.session, language }),
      signal: request.signal,
    });
    const body = await response.json().catch(() => null);
    if (request === underWay) talk.session ??= response.headers.get("X-Session"); // a refused first message goes on in this conversation
    return { status: response.status, body, retryAfter: response.headers.get("Retry-After") };
  } catch {
    return { status: 0, body: null }; // no connection, or it took too long
  } finally {
    clearTimeout(timer);
  }
}

function settle(burst, { status, body, retryAfter }) {
  const answered = status === 200 && Array.isArray(body?.replies);
  const refused = status >= 400 && status < 500;
  if (!answered && !refused) return waitForServer();
  talk.away = false;
  failures = 0;
  limited = status === 429;
  if (answered) receive(burst, body);
  else if (limited) waitAsAsked(retryAfter);
  else if (status === 403 && !burst[0].renewed) renewSession(burst[0]);
  else giveBack(burst, said(body?.error) ?? words.notSentWhy);
}

// The page's own words for an error where it has them, else the server's.
function said(error) {
  const name = error?.code?.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return errors[name] ?? error?.message;
}

function receive(burst, { session, replies }) {
  talk.session = session;
  for (const entry of burst) entry.pending = false;
  const [first, last] = [burst[0], burst.at(-1)];
  const fallback = { kind: "notice", text: words.noAnswer };
  const answers = (replies.length ? replies : [fallback]).map((reply, place) => ({ from: "assistant", reply, of: replies.length ? first.id : null, place }));
  for (const answer of answers) answer.small = talk.people?.state === "taken" && answer.reply.kind === "handoff";
  talk.entries.splice(talk.entries.indexOf(last) + 1, 0, ...answers);
  itemOf.get(last).after(...answers.map(drawEntry));
  refresh();
  scrollToAnswer(itemOf.get(first), itemOf.get(answers[0]));
  announceReplies(answers.map((answer) => answer.reply));
  if (replies.some((reply) => reply.kind === "handoff")) people.wake();
}

// What a person of the clinic wrote, or the clinic for her.
function tellOfPeople(messages) {
  const entries = messages.map(({ text, by }) => ({ from: "person", text, by }));
  talk.entries.push(...entries);
  log.append(...entries.map(drawEntry));
  refresh();
  scroller.scrollTop = scroller.scrollHeight;
  announce(entries.map((entry) => `${nameOf(entry)}: ${entry.text}`).join("\n\n"));
  tellWidget("clinic-chat:news");
}

const nameOf = (entry) => filled(entry.by ? words.personSaid : words.clinicSaid, { name: entry.by ?? "", clinic: byId("people").dataset.clinic });

function renewSession(entry) {
  talk.session = null;
  entry.renewed = true; // once only: sendNext sends it again
}

function giveBack(burst, reason) {
  for (const entry of burst) {
    talk.entries.splice(talk.entries.indexOf(entry), 1);
    itemOf.get(entry).remove();
  }
  box.value = [...burst.map((entry) => entry.text), box.value].filter(Boolean).join("\n");
  showProblem(reason);
  announce(reason);
  boxChanged();
  refresh();
}

function waitForServer() {
  const isNews = !talk.away;
  if (isNews) announce(words.awaySaid);
  else if (document.activeElement === tryNowButton) announce(words.stillUnsent);
  talk.away = true;
  retryIn(RETRY_SECONDS[Math.min(failures++, RETRY_SECONDS.length - 1)]);
  if (isNews) scroller.scrollTop = scroller.scrollHeight;
}

function waitAsAsked(retryAfter) {
  const seconds = Math.min(Math.max(Number(retryAfter) || 5, 1), 3600);
  announce(filled(words.busy, { seconds }));
  retryIn(seconds);
}

function retryIn(seconds) {
  retryTimer = setTimeout(endWait, seconds * 1000);
  refresh();
}

function endWait() {
  clearTimeout(retryTimer);
  retryTimer = null;
  sendNext();
}

function tryNow() {
  if (!talk.away || underWay) return;
  failures = 0;
  endWait();
}

function startAgain() {
  underWay?.abort();
  clearTimeout(retryTimer);
  clearTimeout(moreToCome);
  underWay = retryTimer = moreToCome = null;
  failures = 0;
  limited = false;
  talk = emptyTalk();
  people.forget();
  log.replaceChildren();
  box.value = "";
  showProblem("");
  note.textContent = words.cleared;
  explained.clear();
  note.hidden = false;
  boxChanged();
  refresh();
  scroller.scrollTop = 0;
  announce(note.textContent);
  box.focus();
}

// ---- Drawing ----

const itemOf = new WeakMap(); // entry -> its <li>

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

const copyOf = (templateId) => byId(templateId).content.firstElementChild.cloneNode(true);

function drawEntry(entry) {
  const item = element("li");
  item.dataset.from = entry.from;
  item.dataset.kind = entry.from === "assistant" ? entry.reply.kind : entry.from === "patient" ? "message" : entry.by ? "person" : "clinic";
  if (entry.from === "patient") drawMessage(item, entry);
  else if (entry.from === "person") drawPerson(item, entry);
  else drawAnswer(item, entry);
  itemOf.set(entry, item);
  return item;
}

function drawMessage(item, entry) {
  const bubble = element("div", "bubble");
  bubble.append(...paragraphs(entry.text));
  item.append(element("h3", "visually-hidden", words.youSaid), bubble, element("p", "status"));
}

function drawPerson(item, entry) {
  const bubble = element("div", "bubble");
  bubble.append(element("h3", "person-name", nameOf(entry)), ...paragraphs(entry.text));
  item.append(bubble);
}

function drawAnswer(item, entry) {
  if (entry.small) item.dataset.small = "";
  drawReply(item, entry.reply);
  votes.draw(item, entry);
}

function drawReply(item, reply) {
  const bubble = element("div", "bubble");
  if (reply.kind === "urgent") bubble.append(element("p", "urgent-label", words.urgent));
  const said = paragraphs(reply.text);
  bubble.append(...said);
  if (reply.kind === "urgent") bubble.append(...callLines(reply.level));
  const more = reply.more ? paragraphs(reply.more) : [];
  if (more.length) bubble.append(moreDetails(more));
  explain([...said, ...more], reply.terms ?? []);
  if (reply.files?.length) bubble.append(linkList("files", reply.files));
  if (reply.sources?.length) bubble.append(sourceDetails(reply.sources));
  item.append(element("h3", "visually-hidden", words.assistantSaid), bubble);
}

// Why, and what the sources say: behind a button of its own.
function moreDetails(parts) {
  const details = element("details", "more-of-answer");
  details.append(element("summary", "", words.more), ...parts);
  return details;
}

// A medical word becomes a button at its first use in the conversation: pressed, it shows what the word means.
const explained = new Set();
let popups = 0;

function explain(parts, terms) {
  for (const term of terms) {
    if (explained.has(term.means)) continue;
    if (parts.some((part) => markFirst(part, term))) explained.add(term.means);
  }
}

function markFirst(part, { word, means }) {
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const at = text.data.search(new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\p{L}\\p{N}])`, "u"));
    if (at < 0 || text.parentElement.closest("a, button, [popover]")) continue;
    const found = text.splitText(at);
    found.splitText(word.length);
    const button = element("button", "term", word);
    const popup = element("div", "meaning", means);
    popup.id = `meaning-${++popups}`;
    popup.setAttribute("popover", "auto");
    Object.assign(button, { type: "button", popoverTargetElement: popup });
    button.setAttribute("aria-label", filled(words.explain, { word }));
    found.replaceWith(button);
    part.after(popup);
    return true;
  }
  return false;
}

function callLines(level) {
  const names = level === "emergency" ? ["call-emergency", "call-clinic"] : ["call-clinic"];
  return names.map(copyOf);
}

function paragraphs(text) {
  return String(text ?? "").trim().split(/\n\s*\n/).map((part) => {
    const paragraph = element("p");
    paragraph.append(...withLinks(part));
    return paragraph;
  });
}

// Plain addresses and the clinic's own numbers become links; a full stop or bracket that ends the sentence is not part of
// the address.
const CALLS = new Map([...document.querySelectorAll(".bottom a")].map((one) => [one.textContent, one.href]));
const NUMBERS = [...CALLS.keys()].map((number) => number.replace(/[+()]/g, "\\$&"));
const ADDRESS = /https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]}]/.source;
const LINKED = new RegExp(`(${[ADDRESS, ...NUMBERS].join("|")})`, "i");

function withLinks(text) {
  return text.split(LINKED).map((part, index) => (index % 2 ? link(CALLS.get(part) ?? part, part) : part));
}

function link(address, label) {
  const made = element("a", "", label);
  made.href = address;
  if (made.protocol === "tel:") return made;
  Object.assign(made, { target: "_blank", rel: "noopener" });
  return ["http:", "https:"].includes(made.protocol) ? made : document.createTextNode(label);
}

function linkList(className, things) {
  const list = element("ul", className);
  for (const thing of things) {
    const line = element("li");
    line.append(thing.url ? linkTo(thing) : thing.title, thing.section ? `, ${thing.section}` : "");
    list.append(line);
  }
  return list;
}

// A calendar file is saved where she is: it opens no tab.
function linkTo({ title, url, type }) {
  const made = link(url, title);
  if (type === "text/calendar" && made.href) {
    made.removeAttribute("target");
    made.download = "";
  }
  return made;
}

// Each source by its own address, and what was taken from it on the page of sources.
function sourceList(sources) {
  const list = linkList("", sources);
  sources.forEach((source, at) => {
    const taken = link(new URL(`/sources#${encodeURIComponent(source.id)}`, location.href).href, words.taken);
    list.children[at].append(" ", taken);
  });
  return list;
}

function sourceDetails(sources) {
  const details = element("details", "sources");
  details.append(element("summary", "", filled(words.sources, { count: sources.length })), sourceList(sources));
  return details;
}

// Everything that follows from the state: called after each change of it.
function refresh() {
  remember();
  drawStatuses();
  drawQuickReplies();
  typing.hidden = !(underWay || moreToCome) || talk.away;
  byId("away-state").textContent = underWay ? words.trying : words.kept;
  if (!talk.away && away.contains(document.activeElement)) box.focus();
  away.hidden = !talk.away;
}

function drawStatuses() {
  const next = nextPending();
  const together = pendingEntries().slice(0, next?.burst ?? 1);
  for (const entry of talk.entries.filter((one) => one.from === "patient")) {
    const status = statusOf(entry, together);
    itemOf.get(entry).dataset.status = status;
    itemOf.get(entry).querySelector(".status").textContent = STATUS_WORDS[status];
  }
}

function statusOf(entry, together) {
  if (!entry.pending) return "sent";
  if (talk.away) return "unsent";
  if (!together.includes(entry)) return "waiting";
  return limited ? "limited" : "sending";
}

// Only the newest answer has buttons; an answer to several questions offers the buttons of all of them.
function drawQuickReplies() {
  document.querySelectorAll(".quick-replies").forEach((old) => old.remove());
  if (!talk.entries.length) return intro.append(copyOf("starters"));
  const newest = talk.entries.slice(talk.entries.findLastIndex((entry) => entry.from === "patient") + 1);
  const buttons = newest.flatMap((entry) => entry.reply?.buttons ?? []);
  if (buttons.length) itemOf.get(newest.at(-1)).append(quickReplies(buttons));
}

function quickReplies(buttons) {
  const group = copyOf("starters");
  group.replaceChildren(...buttons.map(({ title, message }) => {
    const button = element("button", "", title);
    button.type = "button";
    button.dataset.message = message;
    return button;
  }));
  return group;
}

// The start of the answer comes into view, with the question above it unless that one is long.
function scrollToAnswer(question, answer) {
  const top = question.offsetHeight < scroller.clientHeight / 3 ? question : answer;
  scroller.scrollTop = top.offsetTop - 12;
}

// ---- Saying it to a screen reader: the page's only live region ----

function announce(text, urgent = false) {
  live.setAttribute("aria-live", urgent ? "assertive" : "polite");
  live.replaceChildren(element("p", "", text));
}

function announceReplies(replies) {
  const told = replies.flatMap((reply) => [
    reply.kind === "urgent" ? `${words.urgent}. ${reply.text}` : reply.text,
    ...(reply.files ?? []).map((file) => filled(words.file, { title: file.title })),
  ]);
  announce(told.join("\n\n"), replies.some((reply) => reply.kind === "urgent"));
}

function announceTyping() {
  return talk.away || limited ? null : setTimeout(() => announce(words.typing), TYPING_ANNOUNCED_AFTER_MS);
}

// ---- The message box ----

function boxChanged() {
  const left = MOST_CHARACTERS - box.value.trim().length;
  const one = Math.abs(left) === 1;
  const template = left < 0 ? (one ? words.oneOver : words.over) : one ? words.oneLeft : words.left;
  const counted = filled(template, { count: Math.abs(left) });
  counter.textContent = left <= COUNTER_FROM ? counted : "";
  if (counter.hidden && left <= COUNTER_FROM) announce(counted);
  counter.hidden = left > COUNTER_FROM;
  counter.classList.toggle("over", left < 0);
  send.setAttribute("aria-disabled", String(left < 0 || !box.value.trim()));
  talk.draft = box.value;
  remember();
}

function showProblem(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

function submit(event) {
  event.preventDefault();
  box.focus();
  const text = box.value.trim();
  if (!text) return announce(words.writeFirst);
  if (text.length > MOST_CHARACTERS) return announce(filled(words.tooLong, { counter: counter.textContent }));
  box.value = "";
  boxChanged();
  sendMessage(text, !isFragment(text));
}

// Enter sends, Shift+Enter is a new line; Enter that picks a word in an input method does neither.
function keyInBox(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (!event.repeat) byId("composer").requestSubmit();
}

function quickReplyPressed(event) {
  const button = event.target.closest(".quick-replies button");
  if (button) sendMessage(button.dataset.message ?? button.textContent);
}

// ---- Inside the widget: the frame tells the host page only "ready", "close" and "news", and is told only "focus" ----

let tellWidget = () => {};

function joinWidget() {
  if (!new URLSearchParams(location.search).has("embedded")) return;
  document.documentElement.classList.add("embedded");
  byId("other-language").search += "&embedded=1";
  if (window.parent === window) return;
  const tell = (type) => window.parent.postMessage({ type }, "*"); // any clinic site; nothing private in it
  tellWidget = tell;
  window.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && tell("clinic-chat:close"));
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.data?.type !== "clinic-chat:focus") return;
    box.focus();
    if (talk.entries.at(-1)?.from === "person") scroller.scrollTop = scroller.scrollHeight; // it came while the panel was closed
  });
  tell("clinic-chat:ready");
}

// ---- Start ----

byId("composer").addEventListener("submit", submit);
byId("start-again").addEventListener("click", startAgain);
tryNowButton.addEventListener("click", tryNow);
window.addEventListener("online", tryNow);
box.addEventListener("keydown", keyInBox);
box.addEventListener("input", boxChanged);
box.addEventListener("input", () => moreToCome && waitForMore());
scroller.addEventListener("click", quickReplyPressed);
const votes = joinVotes({ talk: () => talk, words, announce, changed: remember });
log.append(...talk.entries.map(drawEntry));
box.value = talk.draft;
joinWidget();
const people = joinPeople({ talk: () => talk, language, words, errors, filled, tell: tellOfPeople, announce, changed: remember, resized: () => (scroller.scrollTop = scroller.scrollHeight) });
boxChanged();
live.replaceChildren(); // a kept conversation is not news
refresh();
scroller.scrollTo({ top: talk.entries.length ? scroller.scrollHeight : 0, behavior: "instant" });
sendNext();
