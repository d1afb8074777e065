/*
 * While she waits for a person, or has one: asks the server every few seconds what is new, shows in a bar how it stands,
 * and sends the number at which she wishes to be called. chat.js begins it and draws what people write. No wording here:
 * the page brings its words.
 */

const NEAR_MS = 3000; // the page is looked at
const FAR_MS = 15_000; // it is not
const LONGEST_MS = 30_000; // between tries while the server cannot be reached
const SHOWN_AFTER_MS = 30_000; // that the assistant is back
const ROOM_FOR_THE_FORM = 700; // pixels: in a lower window it opens when it is pressed
const byId = (id) => document.getElementById(id);
const bar = byId("people"), state = byId("people-state"), form = byId("call-back"), phone = byId("phone");
const consent = byId("may-call"), problem = byId("call-back-problem"), done = byId("call-back-done");
const { clinic } = bar.dataset;

// `talk()` returns the conversation as it is kept, `words` and `errors` the page's words, `filled` fills their details in.
// `tell(messages)` draws what people wrote, `announce` tells a screen reader, `changed` keeps what has changed.
// `resized` is called when the bar has grown.
export function joinPeople({ talk, language, words, errors, filled, tell, announce, changed, resized }) {
  let timer = null;
  let failures = 0;
  let ending = null; // of the bar, when it is over
  let asking = null; // the conversation that is asked about

  // A conversation keeps {waits, state, after}: whether it asks, how it stood, the last message that was seen.
  const kept = () => (talk().people ??= { waits: false, state: "none", after: 0 });

  function wake() {
    clearTimeout(ending);
    kept().waits = true;
    changed();
    next(0);
  }

  function next(milliseconds) {
    clearTimeout(timer);
    timer = kept().waits && talk().session ? setTimeout(ask, milliseconds) : null;
  }

  async function ask() {
    if (asking) return;
    const about = (asking = talk());
    const found = await look(about);
    asking = null;
    if (about !== talk()) return draw(null); // she started again meanwhile
    if (found) show(found);
    const usual = document.hidden ? FAR_MS : NEAR_MS;
    next(failures ? Math.min(usual * 2 ** failures, LONGEST_MS) : usual);
  }

  async function look(about) {
    try {
      const address = `/api/updates?after=${about.people.after}&language=${language}`;
      const response = await fetch(address, { headers: { "X-Session": about.session } });
      if (response.status === 403) about.people.waits = false; // the session is over
      failures = response.ok ? 0 : failures + 1;
      return response.ok ? await response.json() : null;
    } catch {
      failures += 1;
      return null;
    }
  }

  function show(found) {
    const before = kept();
    const was = before.state;
    if (found.messages.length) {
      before.after = found.messages.at(-1).id;
      tell(found.messages);
    }
    before.state = found.state;
    before.waits = found.state !== "none";
    changed();
    if (was === "none" && found.state === "none") return;
    draw(found);
    if (found.state === "none") ending = setTimeout(() => draw(null), SHOWN_AFTER_MS);
  }

  function draw(found) {
    const height = bar.offsetHeight;
    fill(found);
    if (bar.offsetHeight > height) resized();
  }

  function fill(found) {
    bar.hidden = !found;
    if (!found) return;
    bar.dataset.state = found.state;
    const said = sentence(found);
    if (state.textContent !== said) state.textContent = said;
    const wasHidden = form.hidden;
    form.hidden = !found.may_leave_number;
    if (wasHidden && !form.hidden) form.open = !found.is_open && window.innerHeight > ROOM_FOR_THE_FORM;
    if (found.has_left_number && done.hidden) doneWith(words.numberKept);
    if (found.state === "none") done.hidden = true;
  }

  function sentence({ state: how, by, place, opens }) {
    if (how === "taken") return filled(words.withPerson, { name: by ?? "", clinic });
    if (how === "none") return words.assistantBack;
    return opens ? filled(words.inQueueClosed, { opens, clinic }) : filled(words.inQueue, { place, clinic });
  }

  // ---- The number to call ----

  function refuse(reason, field) {
    problem.textContent = reason;
    problem.hidden = false;
    announce(reason);
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }

  function doneWith(text) {
    form.hidden = true;
    done.textContent = text;
    done.hidden = false;
  }

  async function leaveNumber(event) {
    event.preventDefault();
    problem.hidden = true;
    phone.removeAttribute("aria-invalid");
    consent.removeAttribute("aria-invalid");
    if (!phone.value.trim()) return refuse(words.writeNumber, phone);
    if (!consent.checked) return refuse(words.tickConsent, consent);
    const sent = { session: talk().session, phone: phone.value.trim(), consent: true };
    let status = 0, body = null;
    try {
      const response = await fetch("/api/call-back", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(sent) });
      status = response.status;
      body = await response.json();
    } catch {
      // no connection: said below
    }
    if (status !== 200) return refuse((body?.error && (errors[camel(body.error.code)] ?? body.error.message)) || words.numberNotSent, phone);
    phone.value = "";
    consent.checked = false;
    doneWith(filled(words.numberLeft, { end: body.ends_in }));
    announce(done.textContent);
  }

  const camel = (code) => code.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

  byId("call-back-form").addEventListener("submit", leaveNumber);
  document.addEventListener("visibilitychange", () => document.hidden || next(0));
  next(0); // a kept conversation may have waited

  return {
    wake,
    forget() {
      clearTimeout(timer);
      done.hidden = form.hidden = true;
      draw(null);
    },
  };
}
