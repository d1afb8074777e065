/*
 * "Helpful? Yes / No" below an answer: drawn by chat.js, sent to the vote API of this page's own server, kept with the
 * conversation in this tab. No wording and no rule on which replies are good belongs here.
 */

const VOTED_ON = ["answer", "dates", "not_covered"];

// `talk` returns the conversation, `changed` is called when it was changed, `announce` says something to a screen reader.
export function joinVotes({ talk, words, announce, changed }) {
  function draw(item, entry) {
    if (!entry.of || !VOTED_ON.includes(entry.reply.kind)) return;
    const group = document.createElement("div");
    group.className = "vote";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", words.voteAbout);
    const asked = document.createElement("span");
    asked.textContent = words.vote;
    asked.setAttribute("aria-hidden", "true");
    const said = document.createElement("span");
    said.className = "voted";
    group.append(asked, button(true, words.voteYes), button(false, words.voteNo), said);
    group.addEventListener("click", (event) => {
      const pressed = event.target.closest("button");
      if (pressed) vote(group, entry, pressed.dataset.helpful === "true");
    });
    item.append(group);
    show(group, entry);
  }

  async function vote(group, entry, helpful) {
    if (entry.helpful === helpful) return;
    const before = entry.helpful;
    entry.helpful = helpful;
    show(group, entry);
    const isKept = await send(entry);
    if (!isKept && entry.helpful === helpful) entry.helpful = before;
    show(group, entry);
    changed();
    const told = isKept ? words.voteThanks : words.voteFailed;
    group.querySelector(".voted").textContent = told;
    announce(told);
  }

  async function send({ of, place, helpful }) {
    try {
      const response = await fetch("/api/vote", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ session: talk().session, id: of, place, helpful }),
      });
      const kept = await response.json();
      return response.ok && kept.helpful === helpful;
    } catch {
      return false; // no connection, or no answer of ours
    }
  }

  return { draw };
}

function button(helpful, title) {
  const made = document.createElement("button");
  made.type = "button";
  made.dataset.helpful = helpful;
  made.textContent = title;
  return made;
}

function show(group, entry) {
  for (const one of group.querySelectorAll("button")) {
    one.setAttribute("aria-pressed", String(entry.helpful === (one.dataset.helpful === "true")));
  }
}
