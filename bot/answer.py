"""Turn a typed question into a reply: ask the knowledge table, put its rows into words.

Knows no channel and no Rasa.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from bot.knowledge.look_up import Found, NeedsCondition, NeedsProcedure, NotCovered, look_up
from bot.question import Procedure, Question
from bot.reply import Button, Reply, SourceLine
from bot.wording import Wording

FIRST_TOPICS = ("timing", "preparation", "pain", "normal_after")


@dataclass(frozen=True)
class Assistant:
    """What an answer needs: the table and the words."""

    engine: Engine
    wording: Wording

    def answer(self, question: Question) -> Reply:
        """Return the reply to one question: an answer, the detail it needs, or that it is not covered."""
        outcome = look_up(self.engine, question, signed_only=self.wording.clinic.require_sign_off)
        match outcome:
            case Found():
                return self._tell(question, outcome)
            case NeedsProcedure():
                return self._ask_procedure(question)
            case NeedsCondition():
                return self._ask_condition(question, outcome)
            case NotCovered():
                return self._not_covered(question, outcome)

    def answer_all(self, questions: Iterable[Question], *, say_not_advice: bool) -> list[Reply]:
        """Return the replies to the questions of one message; what is the same for two of them is told once.

        `say_not_advice` adds to the first answer that it is general information.
        """
        told: dict[object, Reply] = {}
        for reply in (self.answer(question) for question in questions):
            same = reply.rules or reply
            told[same] = reply.model_copy(update={"procedure": None}) if same in told else reply
        replies = list(told.values())
        if say_not_advice:
            for at, reply in enumerate(replies):
                if reply.kind == "answer":
                    text = f"{reply.text} {self.wording.say('utter_not_advice')}"
                    replies[at] = reply.model_copy(update={"text": text})
                    break
        return replies

    def small_talk(self, name: str) -> Reply:
        """Return a fixed sentence of small talk, by the intent's name."""
        return Reply(text=self.wording.say(f"utter_{name}"), kind="smalltalk")

    def did_you_mean(self, questions: Sequence[Question]) -> Reply:
        """Return the question which of the likely things is meant, the likeliest first."""
        likeliest = questions[0]
        return Reply(
            text=self.wording.say("utter_did_you_mean"),
            kind="ask",
            topic=likeliest.topic,
            procedure=likeliest.procedure,
            buttons=(
                *(self._topic_button(question.topic, question.procedure) for question in questions),
                self._person_button(),
            ),
        )

    def reject(self) -> Reply:
        """Return that the message is about nothing the assistant knows."""
        return Reply(
            text=self.wording.say("utter_out_of_scope"),
            kind="not_covered",
            buttons=(self._person_button(),),
        )

    def hand_off(self) -> Reply:
        """Return the ways to reach a person."""
        return Reply(text=self.wording.say("utter_request_human"), kind="handoff")

    def ask_what_about(self, procedure: Procedure | None) -> Reply:
        """Return the question what she would like to know, with the topics that most patients ask for."""
        return Reply(
            text=self.wording.say("utter_ask_topic"),
            kind="ask",
            procedure=procedure,
            buttons=tuple(self._topic_button(topic, procedure) for topic in FIRST_TOPICS),
        )

    def _tell(self, question: Question, found: Found) -> Reply:
        words = self.wording
        paragraphs = []
        if question.procedure is None and found.procedure is not None:
            paragraphs.append(words.say("utter_for_procedure", procedure=words.procedure_name(found.procedure)))
        lead = found.rows[0].authority
        paragraphs += [
            row.text if row.authority == lead else words.say("utter_in_general", text=row.text) for row in found.rows
        ]
        if found.differences:
            told = " ".join(f"{difference.told} {difference.decides}" for difference in found.differences)
            paragraphs.append(words.say("utter_sources_differ", told=told))
        if not words.clinic.require_sign_off:
            paragraphs.append(words.say("utter_unsigned"))
        return Reply(
            text="\n\n".join(paragraphs),
            kind="answer",
            topic=question.topic,
            procedure=found.procedure,
            rules=tuple(row.id for row in found.rows),
            sources=tuple(
                dict.fromkeys(
                    SourceLine(id=row.source.id, title=row.source.title, section=row.source.section, url=row.source.url)
                    for row in found.rows
                )
            ),
            buttons=self._next_buttons(question.topic, found),
        )

    def _ask_procedure(self, question: Question) -> Reply:
        words = self.wording
        return Reply(
            text=words.say("utter_ask_procedure", topic=words.topic_label(question.topic)),
            kind="ask",
            topic=question.topic,
            buttons=tuple(
                Button(title=words.procedure_name(procedure), message=words.procedure_name(procedure))
                for procedure in Procedure
            ),
        )

    def _ask_condition(self, question: Question, needs: NeedsCondition) -> Reply:
        words = self.wording
        labels = [words.conditions[name].label for name in needs.conditions]
        return Reply(
            text=words.say(
                "utter_ask_condition",
                topic=words.topic_label(question.topic),
                procedure=words.procedure_name(needs.procedure),
            ),
            kind="ask",
            topic=question.topic,
            procedure=needs.procedure,
            buttons=(*(Button(title=label, message=label) for label in labels), self._person_button()),
        )

    def _not_covered(self, question: Question, outcome: NotCovered) -> Reply:
        words = self.wording
        if outcome.procedure is None:
            text = words.say("utter_topic_not_covered", topic=words.topic_label(question.topic))
        else:
            text = words.say(
                "utter_topic_not_covered_for_procedure",
                topic=words.topic_label(question.topic),
                procedure=words.procedure_name(outcome.procedure),
            )
        buttons = [self._person_button()]
        if outcome.procedure is not None and outcome.other_procedure_has_rows:
            buttons.insert(0, self._other_button(outcome.procedure.other))
        return Reply(
            text=text,
            kind="not_covered",
            topic=question.topic,
            procedure=outcome.procedure,
            buttons=tuple(buttons),
        )

    def _next_buttons(self, topic: str, found: Found) -> tuple[Button, ...]:
        buttons = [self._topic_button(name, found.procedure) for name in self.wording.topics[topic].next]
        if found.procedure is not None and found.other_procedure_has_rows:
            buttons.append(self._other_button(found.procedure.other))
        return tuple(buttons)

    def _topic_button(self, topic: str, procedure: Procedure | None) -> Button:
        message = self.wording.ask(topic, procedure)
        return Button(title=message, message=message)

    def _other_button(self, procedure: Procedure) -> Button:
        title = self.wording.say("utter_other_procedure_button", procedure=self.wording.procedure_name(procedure))
        return Button(title=title, message=title)

    def _person_button(self) -> Button:
        title = self.wording.say("utter_person_button")
        return Button(title=title, message=title)
