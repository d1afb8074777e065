/*
 * How many wait for a person, on every page of the desk: in the menu and the title, told to a screen reader and by a bell
 * when it rises. On the page of a conversation: what is new comes into view, Enter sends. No wording: it comes with the
 * pages.
 */

const SILENT = "desk-silent";
const TONES = [[880, 0], [660, 0.18]]; // hertz, seconds from now
const TONE_SECONDS = 0.35;
const NEAR_THE_END = 80; // pixels

const soundButton = document.getElementById("sound");
const toldAloud = document.getElementById("told-aloud");
const lost = document.getElementById("lost");
const title = document.title;
let known = null;
let audio = null;

// ---- The bell: a browser lets a page sound after the first click or key ----

const isSilent = () => {
  try {
    return localStorage.getItem(SILENT) === "yes";
  } catch {
    return false; // storage is forbidden: the bell rings
  }
};

function openAudio() {
  audio ??= new AudioContext();
  return audio.resume();
}

async function ring() {
  if (isSilent()) return;
  document.body.dataset.rung = String(Number(document.body.dataset.rung ?? 0) + 1);
  openAudio();
  const now = audio.currentTime;
  for (const [hertz, at] of TONES) {
    const tone = new OscillatorNode(audio, { frequency: hertz, type: "sine" });
    const loudness = new GainNode(audio, { gain: 0.25 });
    loudness.gain.exponentialRampToValueAtTime(0.001, now + at + TONE_SECONDS);
    tone.connect(loudness).connect(audio.destination);
    tone.start(now + at);
    tone.stop(now + at + TONE_SECONDS);
  }
}

function drawSound() {
  soundButton.textContent = isSilent() ? soundButton.dataset.off : soundButton.dataset.on;
}

function changeSound() {
  try {
    localStorage.setItem(SILENT, isSilent() ? "no" : "yes");
  } catch {
    // storage is forbidden: the bell goes on
  }
  drawSound();
  ring();
}

// ---- The count ----

function count() {
  const told = document.querySelector("#waiting [data-count]");
  if (!told) return;
  const found = { count: Number(told.dataset.count), signs: Number(told.dataset.signs) };
  document.title = found.count ? `(${found.count}) ${title}` : title;
  const rises = known && (found.count > known.count || found.signs > known.signs);
  const isFirst = !known && found.count > 0;
  known = found;
  if (rises) ring();
  if (rises || isFirst) toldAloud.textContent = told.dataset.said;
}

// ---- A conversation ----

const talk = document.querySelector(".talk");
const isNearTheEnd = () => talk.scrollHeight - talk.scrollTop - talk.clientHeight < NEAR_THE_END;
let followed = true;

function toTheEnd() {
  talk.scrollTop = talk.scrollHeight;
}

function keyInBox(event) {
  if (!event.target.matches?.("[data-send-by-enter]")) return;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (!event.repeat) event.target.form.requestSubmit();
}

// ---- What htmx does: pages that ask by themselves say when they are not answered ----

const isLive = (event) => event.detail.elt?.hasAttribute?.("data-live");

document.addEventListener("htmx:beforeSwap", () => (followed = talk ? isNearTheEnd() : false));
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.closest?.("#waiting")) count();
  if (talk && followed) toTheEnd();
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (isLive(event)) lost.hidden = event.detail.successful;
  const form = event.detail.elt?.closest?.("form[data-clear]");
  if (form && event.detail.successful) form.reset();
});
document.addEventListener("keydown", keyInBox);
soundButton.addEventListener("click", changeSound);
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => isSilent() || openAudio(), { once: true });
drawSound();
if (talk) toTheEnd();
