"""Turn a typed question into a reply: ask the knowledge table, put its rows into words.

Knows no channel and no Rasa.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import Engine

from bot.calendar_file import CalendarFiles
from bot.dates.ask import day_in_words
from bot.dates.planning import date_question, plan
from bot.dates.rules import found_for, rules_of
from bot.dates.shapes import Computed, NeedsDetail, NoDates
from bot.dates.tell import tell_plan
from bot.kindness import acknowledge, with_kindness
from bot.knowledge.held import one_look
from bot.knowledge.look_up import (
    Difference,
    Found,
    NeedsCondition,
    NeedsProcedure,
    NotCovered,
    ToldRow,
    look_up,
    source_lines,
)
from bot.leaflet.link import leaflet_file
from bot.opening import Opening
from bot.question import Asked, Condition, Procedure, Question
from bot.reply import Button, File, Reply
from bot.signing import sign_off
from bot.told import Told
from bot.wording import Wording, clinic_words

FIRST_TOPICS = ("timing", "preparation", "pain", "normal_after")
LEAFLET_TOPICS = ("timing", "preparation", "steps", "normal_after", "warning_signs", "going_home")
CHECKLIST_TOPIC = "contraindications"


class Answered(NamedTuple):
    """A reply, what it replies to, and the detail of her dates that it asks for."""

    reply: Reply
    asked: Asked
    needs: NeedsDetail | None = None


@dataclass(frozen=True)
class Days:
    """What is known for a patient's own dates: what she told so far and which day it is.

    `wished` tells that this message tells a day or wishes for her dates: then a missing detail is asked for.
    `procedure` is the one whose day she told, `warned_of` names the warning signs that she told of.
    """

    today: date
    told: Told = field(default_factory=Told)
    wished: bool = False
    procedure: Procedure | None = None
    warned_of: str = ""

    def of(self, procedure: Procedure | None) -> "Days":
        """Return what is known for one procedure: the day of the other one does not count."""
        if self.procedure in (None, procedure):
            return self
        return replace(self, told=self.told.model_copy(update={"procedure_day": None}))


@dataclass(frozen=True)
class Assistant:
    """What an answer needs: the table and the words."""

    engine: Engine
    wording: Wording
    opening: Opening
    files: CalendarFiles

    def answer(self, question: Question, today: date = date.min, instead: ToldRow | None = None) -> Reply:
        """Return the reply to one question: an answer, the detail it needs, or that it is not covered.

        An answer says so where a row of it should have been checked again before `today`. `instead` is a row that is
        tried out in the place of the one with its id.
        """
        outcome = look_up(
            self.engine,
            question,
            signed_only=self.wording.clinic.require_sign_off,
            language=self.wording.language,
            instead=instead,
        )
        match outcome:
            case Found():
                return self._tell(question, outcome, today)
            case NeedsProcedure():
                return self._ask_procedure(question)
            case NeedsCondition():
                return self._ask_condition(question, outcome)
            case NotCovered():
                return self._not_covered(question, outcome)

    def answer_all(
        self,
        asked: Sequence[Asked],
        days: Days,
        *,
        say_not_advice: bool,
        may_ask_back: bool = True,
        feelings: Set[Condition] = frozenset(),
    ) -> list[Answered]:
        """Return the reply to each thing that one message asks; what is the same for two of them is told once.

        `say_not_advice` adds to the first answer that it is general information. What is unclear is asked back
        once, and not at all unless `may_ask_back`: then a person is offered. The first reply meets what she feels.
        """
        with one_look():
            return self._all(asked, days, say_not_advice, may_ask_back, feelings)

    def _all(
        self,
        asked: Sequence[Asked],
        days: Days,
        say_not_advice: bool,
        may_ask_back: bool,
        feelings: Set[Condition],
    ) -> list[Answered]:
        told: dict[object, Answered] = {}
        for one in asked:
            reply, needs = self._reply(one, days, told.values(), may_ask_back=may_ask_back)
            same = (needs.detail, reply.topic) if needs else _sameness(reply)
            if same in told:
                before = told[same].reply
                is_one = before.procedure == reply.procedure
                reply = before if is_one else before.model_copy(update={"procedure": None})
            told[same] = Answered(reply, one, needs)
        replies = list(told.values())
        replies[:1] = [
            one._replace(reply=with_kindness(one.reply, feelings, self.engine, self.wording)) for one in replies[:1]
        ]
        if say_not_advice:
            for at, answered in enumerate(replies):
                if answered.reply.kind in ("answer", "dates"):
                    text = f"{answered.reply.text} {self.wording.say('utter_not_advice')}"
                    replies[at] = answered._replace(reply=answered.reply.model_copy(update={"text": text}))
                    break
        return replies

    def makes_light(self, asked: Asked) -> bool:
        """Tell whether the answer to a question, or a question back, would make light of a warning sign."""
        return not asked.is_clear or self.wording.topics[asked.question.topic].soothes

    def too_many(self, taken: Sequence[Asked]) -> Reply:
        """Return that a message asked more than can be answered at once, and which things were taken."""
        labels = ", ".join(dict.fromkeys(self.wording.topic_label(asked.question.topic) for asked in taken))
        return Reply(text=self.wording.say("utter_too_many", topics=labels), kind="notice")

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
            buttons=tuple(self._topic_button(question.topic, question.procedure) for question in questions),
        )

    def reject(self, feelings: Set[Condition] = frozenset()) -> Reply:
        """Return that the message is about nothing the assistant knows; what she feels is met all the same."""
        reply = self._offer_person("utter_out_of_scope")
        kind = acknowledge(feelings, self.wording)
        return reply.model_copy(update={"text": f"{kind}\n\n{reply.text}"}) if kind else reply

    def in_another_language(self, told: Mapping[str, str], language: str) -> Reply:
        """Return whom to call, in a language that is not spoken here; in those that are where it has no sentence."""
        sentences = [told[language]] if language in told else [told["en"], told["zh"]]
        details = clinic_words(self.wording.clinic)
        text = "\n\n".join(sentence.format_map(details) for sentence in sentences)
        return Reply(text=text, kind="not_covered", buttons=(self._person_button(),))

    def give_up(self) -> Reply:
        """Return that a message is not understood, after it was asked what is meant."""
        return self._offer_person("utter_not_understood")

    def hand_off(self) -> Reply:
        """Return the ways to reach a person."""
        return Reply(text=self.wording.say("utter_request_human"), kind="handoff")

    def passed_on(self) -> Reply:
        """Return that a message was passed on to the person who answers her."""
        return Reply(text=self.wording.say("utter_passed_on"), kind="handoff")

    def ask_what_about(self, procedure: Procedure | None) -> Reply:
        """Return the question what she would like to know, with the topics that most patients ask for."""
        return Reply(
            text=self.wording.say("utter_ask_topic"),
            kind="ask",
            procedure=procedure,
            buttons=tuple(self._topic_button(topic, procedure) for topic in FIRST_TOPICS),
        )

    def dates(self, question: Question, days: Days) -> tuple[Reply, NeedsDetail | None] | None:
        """Return her own dates as the reply to a question, or the detail they need; null where it has no dates.

        A missing detail is asked for where she wished for her dates.
        """
        clinic = self.wording.clinic
        days = days.of(question.procedure)
        asked = date_question(question, days.told, clinic)
        if asked is None or (days.told.is_empty and not days.wished):
            return None
        found = found_for(self.engine, asked, signed_only=clinic.require_sign_off)
        rules = [rule for topic, told in found.items() for rule in rules_of(topic, told.rows)]
        planned = plan(asked, days.told, rules, self.opening, clinic.day_counting, days.today)
        if isinstance(planned, NoDates) or (isinstance(planned, NeedsDetail) and not days.wished):
            return None
        rows = found[question.topic].rows if question.topic in found else ()
        reply = tell_plan(planned, self.wording, rows, days.today)
        if isinstance(planned, Computed):
            differ = self._where_sources_differ(found[question.topic])
            calendar = (self.files.file(planned.events, asked.procedure, self.wording),) if planned.events else ()
            files = (*calendar, leaflet_file(self.files, asked.procedure, self.wording, planned.events))
            warned = [self.wording.say("utter_dates_warned", signs=days.warned_of)] if days.warned_of else []
            told = "\n\n".join([*warned, reply.text, *differ])
            alike = self._where_sources_differ(found[question.topic], plain=False)
            more = "\n\n".join(filter(None, [reply.more, *alike]))
            return reply.model_copy(update={"files": files, "text": told, "more": more or None}), None
        return self._beside_special_rows(reply, rows), planned

    def _beside_special_rows(self, reply: Reply, rows: Sequence[ToldRow]) -> Reply:
        """Return a question back after the rows that hold for what she said of herself."""
        special = [row for row in rows if row.conditions]
        return reply.model_copy(
            update={
                "text": "\n\n".join([*(row.short for row in special), reply.text]),
                "more": "\n\n".join(row.more for row in special if row.more) or None,
                "rules": tuple(row.id for row in special),
                "sources": source_lines(special),
            }
        )

    def _reply(
        self, asked: Asked, days: Days, before: Iterable[Answered], *, may_ask_back: bool
    ) -> tuple[Reply, NeedsDetail | None]:
        """Return the reply to one thing asked, after what was said before it in the same turn."""
        dated = self.dates(asked.question, days) if asked.is_clear else None
        if dated and not _is_asked(dated[1], asked.question, before):
            return dated
        return self._told(asked, days.today, before, may_ask_back=may_ask_back), None

    def _told(self, asked: Asked, today: date, before: Iterable[Answered], *, may_ask_back: bool) -> Reply:
        if not asked.is_clear:
            open_before = any(not told.asked.is_clear for told in before)
            return self.did_you_mean(asked.likely) if may_ask_back and not open_before else self.give_up()
        reply = self.answer(asked.question, today)
        if _waits_for_procedure(Answered(reply, asked)) and any(map(_waits_for_procedure, before)):
            text = self.wording.say("utter_ask_procedure_also", topic=self.wording.topic_label(asked.question.topic))
            return reply.model_copy(update={"text": text, "buttons": ()})
        if asked.again and reply.more:
            return reply.model_copy(update={"text": f"{reply.text}\n\n{reply.more}", "more": None})
        if asked.follows and reply.kind == "answer":
            again = self.wording.say("utter_on_topic", topic=self.wording.topic_label(asked.question.topic))
            return reply.model_copy(update={"text": f"{again}\n\n{reply.text}"})
        return reply

    def _tell(self, question: Question, found: Found, today: date) -> Reply:
        """Return what rows tell: what to do and where sources plainly differ at once, the rest as `more`."""
        words, first = self.wording, _told_at_once(found.rows)
        paragraphs = []
        if question.procedure is None and found.procedure is not None:
            paragraphs.append(words.say("utter_for_procedure", procedure=words.procedure_name(found.procedure)))
        paragraphs += self._in_their_place(first, first, "short")
        paragraphs += self._where_sources_differ(found)
        if overdue := [row.review_by for row in found.rows if row.review_by < today]:
            paragraphs.append(words.say("utter_past_review", day=day_in_words(min(overdue), words.clinic.locale)))
        paragraphs += sign_off(found.rows, words)
        later = [row for row in found.rows if row not in first]
        more = [
            *self._in_their_place(first, first, "more"),
            *self._in_their_place(later, first, "text"),
            *self._where_sources_differ(found, plain=False),
        ]
        is_answer = any(row.is_answer for row in first)
        buttons = self._next_buttons(question.topic, found)
        return Reply(
            text="\n\n".join(paragraphs),
            more="\n\n".join(more) or None,
            kind="answer" if is_answer else "not_covered",
            topic=question.topic,
            procedure=found.procedure,
            rules=tuple(row.id for row in found.rows),
            sources=source_lines(found.rows),
            buttons=buttons if is_answer else (self._person_button(), *buttons),
            files=self._leaflet(question.topic, found.procedure),
        )

    def _in_their_place(self, rows: Iterable[ToldRow], first: Sequence[ToldRow], part: str) -> list[str]:
        """Return a part of some rows; what is no house rule is told after one as what holds in general."""
        texts = []
        for row in rows:
            text: str = getattr(row, part)
            if text:
                is_general = row.authority != first[0].authority and row.is_answer
                texts.append(self.wording.say("utter_in_general", text=text) if is_general else text)
        return texts

    def _leaflet(self, topic: str, procedure: Procedure | None) -> tuple[File, ...]:
        if topic not in LEAFLET_TOPICS or procedure is None or self.wording.language != "en":
            return ()
        return (leaflet_file(self.files, procedure, self.wording),)

    def _where_sources_differ(self, found: Found, *, plain: bool = True) -> list[str]:
        """Return the sentence that sources differ, plainly or by their look, and who decides; none where they agree."""
        differ = [difference for difference in found.differences if difference.is_plain is plain]
        told = " ".join(_with_who_decides(differ))
        return [self.wording.say("utter_sources_differ", told=told)] if told else []

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
        if found.procedure and (message := self.wording.ask_dates(topic, found.procedure)):
            buttons.insert(0, Button(title=self.wording.say("utter_dates_button"), message=message))
        if topic == CHECKLIST_TOPIC:
            title = self.wording.say("utter_checklist_button")
            buttons.insert(0, Button(title=title, message=title))
        if found.procedure is not None and found.other_procedure_has_rows:
            buttons.append(self._other_button(found.procedure.other))
        return tuple(buttons)

    def _topic_button(self, topic: str, procedure: Procedure | None) -> Button:
        message = self.wording.ask(topic, procedure)
        return Button(title=message, message=message)

    def _other_button(self, procedure: Procedure) -> Button:
        title = self.wording.say("utter_other_procedure_button", procedure=self.wording.procedure_name(procedure))
        return Button(title=title, message=title)

    def _offer_person(self, sentence: str) -> Reply:
        return Reply(text=self.wording.say(sentence), kind="not_covered", buttons=(self._person_button(),))

    def _person_button(self) -> Button:
        title = self.wording.say("utter_person_button")
        return Button(title=title, message=title)


def _told_at_once(rows: Sequence[ToldRow]) -> tuple[ToldRow, ...]:
    """Return the rows whose short form is told at once: of the first authority, and what hers alone are."""
    lead = next((row.authority for row in rows if row.is_answer), rows[0].authority)
    at_once = [row for row in rows if row.authority == lead or row.conditions]
    return tuple(sorted(at_once, key=lambda row: not row.conditions and not row.is_answer))


def _with_who_decides(differences: Sequence[Difference]) -> Iterable[str]:
    """Yield what is told of differences; who decides is said once where it is the same for several."""
    for at, difference in enumerate(differences):
        yield difference.told
        if difference.decides not in (later.decides for later in differences[at + 1 :]):
            yield difference.decides


def _is_asked(needs: NeedsDetail | None, question: Question, before: Iterable[Answered]) -> bool:
    """Tell whether a detail was asked for in the same turn for another topic: then this is answered as it can be."""
    asked = [one for one in before if needs and one.needs and one.needs.detail == needs.detail]
    return any(one.asked.question.topic != question.topic for one in asked)


def _sameness(reply: Reply) -> object:
    """Return what makes two replies the same: the rows they tell, or all but the words of what they ask."""
    return reply.rules or reply.model_copy(update={"text": ""}) if reply.topic else reply


def _waits_for_procedure(told: Answered) -> bool:
    return told.asked.is_clear and told.reply.kind == "ask" and told.reply.procedure is None
