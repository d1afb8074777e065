"""Put the checklist into words: its questions one by one, then what to tell the clinic.

Never whether she may have the procedure.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from bot.checklist import Answer, Checklist, Step, Summary, entries_of, next_step, sum_up, take_known
from bot.knowledge.shapes import ChecklistEntry
from bot.question import Condition, Procedure
from bot.reply import Button, Reply, SourceLine
from bot.wording import Wording

TOPIC = "contraindications"


@dataclass(frozen=True)
class Turn:
    """One reply of the checklist, the checklist after it (null: closed), and all that is known of her then."""

    reply: Reply
    checklist: Checklist | None
    conditions: frozenset[Condition]


@dataclass(frozen=True)
class ChecklistTeller:
    """What telling a checklist needs: the words and the questions."""

    wording: Wording
    entries: Sequence[ChecklistEntry]

    def start(self, checklist: Checklist, conditions: Set[Condition]) -> Turn:
        """Begin a checklist or go on with it; without a procedure, ask which one it is for."""
        if checklist.procedure is None:
            return Turn(self._ask_procedure(), checklist, frozenset(conditions))
        if not self._entries(checklist.procedure):
            return Turn(self._not_signed(checklist.procedure), None, frozenset(conditions))
        name = self.wording.procedure_name(checklist.procedure)
        intro = [] if checklist.answers else [self.wording.say("utter_checklist_intro", procedure=name)]
        return self._go_on(checklist, checklist.procedure, conditions, intro)

    def take(self, checklist: Checklist, answer: Answer | None, conditions: Set[Condition]) -> Turn:
        """Note the answer to the open question and ask the next; ask the same again where there is no answer."""
        procedure = checklist.procedure
        step = next_step(checklist, self._entries(procedure)) if procedure else None
        if procedure is None or step is None or answer is None:
            return self.start(checklist, conditions)
        if step.entry.revealed_by & conditions:  # told since it was asked: that counts more than a no
            return self._go_on(checklist, procedure, conditions, [])
        if answer == "yes" and step.entry.condition:
            conditions = conditions | {step.entry.condition}
        return self._go_on(checklist.answered(step.entry, answer), procedure, conditions, [self._noted(answer)])

    def stop(self, checklist: Checklist) -> Reply:
        """Return what the answers so far have come to, and that the rest is open."""
        words, procedure = self.wording, checklist.procedure
        summary = sum_up(checklist, self._entries(procedure)) if procedure else None
        if procedure is None or summary is None or not summary.answered:
            return Reply(
                text=words.say("utter_checklist_stopped_unanswered"), kind="smalltalk", buttons=(self._start_button(),)
            )
        stopped = words.say("utter_checklist_stopped", number=str(summary.answered), count=str(summary.count))
        return self._tell(summary, procedure, [stopped])

    def cancelled(self) -> Reply:
        """Return that an open question is closed."""
        return Reply(text=self.wording.say("utter_cancelled"), kind="smalltalk")

    def nothing_to_cancel(self) -> Reply:
        """Return that nothing is open, and what she may do."""
        person = self.wording.say("utter_person_button")
        return Reply(
            text=self.wording.say("utter_nothing_to_cancel"),
            kind="smalltalk",
            buttons=(self._start_button(), Button(title=person, message=person)),
        )

    def _go_on(
        self, checklist: Checklist, procedure: Procedure, conditions: Set[Condition], before: Sequence[str]
    ) -> Turn:
        """Return the next question, or what the answers come to; what she told answers questions, too."""
        entries = self._entries(procedure)
        checklist, told = take_known(checklist, entries, conditions)
        said = [*before, *([self._known(told)] if told else [])]
        if step := next_step(checklist, entries):
            return Turn(self._ask(step, procedure, said), checklist, frozenset(conditions))
        return Turn(self._tell(sum_up(checklist, entries), procedure, said), None, frozenset(conditions))

    def _entries(self, procedure: Procedure) -> list[ChecklistEntry]:
        return entries_of(self.entries, procedure, signed_only=self.wording.clinic.require_sign_off)

    def _ask(self, step: Step, procedure: Procedure, before: Sequence[str]) -> Reply:
        words = self.wording
        asked = words.say(
            "utter_checklist_question", number=str(step.number), count=str(step.count), text=step.entry.asks
        )
        titles = (
            words.say("utter_checklist_yes_button"),
            words.say("utter_checklist_no_button"),
            words.say("utter_checklist_unsure_button"),
            words.say("utter_checklist_stop_button"),
        )
        return Reply(
            text="\n\n".join([*before, asked]),
            kind="ask",
            topic=TOPIC,
            procedure=procedure,
            buttons=tuple(Button(title=title, message=title) for title in titles),
        )

    def _tell(self, summary: Summary, procedure: Procedure, before: Sequence[str]) -> Reply:
        """Return what to tell the clinic and why, what she is sure of first."""
        words = self.wording
        paragraphs = [*before]
        if summary.to_tell:
            paragraphs += [
                words.say("utter_checklist_tell"),
                *(entry.tell for entry in summary.yes),
                *(words.say("utter_checklist_tell_unsure", text=entry.tell) for entry in summary.unsure),
                words.say("utter_checklist_clinic_decides", procedure=words.procedure_name(procedure)),
            ]
            if not words.clinic.require_sign_off:
                paragraphs.append(words.say("utter_unsigned"))
        else:
            paragraphs.append(words.say("utter_checklist_nothing_to_tell"))
        return Reply(
            text="\n\n".join(paragraphs),
            kind="answer",
            topic=TOPIC,
            procedure=procedure,
            rules=tuple(f"checklist-{entry.id}" for entry in summary.to_tell),
            sources=self._sources(summary.to_tell),
        )

    def _sources(self, entries: Sequence[ChecklistEntry]) -> tuple[SourceLine, ...]:
        known = self.wording.sources
        lines = [
            SourceLine(id=one.id, title=known[one.id].title, section=one.section, url=known[one.id].url)
            for entry in entries
            for one in entry.sources
        ]
        return tuple(dict.fromkeys(lines))

    def _noted(self, answer: Answer) -> str:
        match answer:
            case "yes":
                return self.wording.say("utter_checklist_noted_yes")
            case "no":
                return self.wording.say("utter_checklist_noted_no")
            case "unsure":
                return self.wording.say("utter_checklist_noted_unsure")

    def _known(self, told: Sequence[Condition]) -> str:
        labels = ", ".join(f'"{self.wording.conditions[name].label}"' for name in told)
        return self.wording.say("utter_checklist_known", told=labels)

    def _ask_procedure(self) -> Reply:
        words = self.wording
        names = [words.procedure_name(procedure) for procedure in Procedure]
        return Reply(
            text=words.say("utter_checklist_ask_procedure"),
            kind="ask",
            topic=TOPIC,
            buttons=tuple(
                Button(title=name, message=words.say("utter_checklist_button_for", procedure=name)) for name in names
            ),
        )

    def _not_signed(self, procedure: Procedure) -> Reply:
        name, person = self.wording.procedure_name(procedure), self.wording.say("utter_person_button")
        return Reply(
            text=self.wording.say("utter_checklist_not_signed", procedure=name),
            kind="not_covered",
            topic=TOPIC,
            procedure=procedure,
            buttons=(Button(title=person, message=person),),
        )

    def _start_button(self) -> Button:
        title = self.wording.say("utter_checklist_button")
        return Button(title=title, message=title)
