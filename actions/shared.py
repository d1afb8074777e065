"""What every action shares: the assistant, built once; the tracker read into what is asked.

A reply sent to a channel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.answer import Answered, Assistant, Days
from bot.calendar_file import open_calendar_files
from bot.clinic_now import live_clinic, watch_clinic
from bot.clock import Moment, moment_at, read_day
from bot.dates.talk import DatesTalk, dated_topic, read_talk
from bot.hand_over import HandOver, open_hand_over
from bot.kindness import FEELINGS
from bot.knowledge.check import check_knowledge
from bot.knowledge.load import prepare_database
from bot.knowledge.shapes import Knowledge
from bot.my_data import Kept, count_kept
from bot.opening import opening_of
from bot.question import Asked, Condition, Language, Phase, Procedure, Question, Topic
from bot.record import record_of
from bot.reply import Reply
from bot.safety.signs import read_signs
from bot.safety.urgent import Alarm, UrgentTeller, alarm_of
from bot.settings import Settings, read_settings
from bot.told import Told
from bot.understanding.corrections import corrects
from bot.understanding.days import DayReader, build_day_reader
from bot.understanding.language import read_others
from bot.wording import Wording, read_wording_in

DOOR = "door"
ENGLISH: Language = "en"
CHINESE: Language = "zh"
TOPIC_INTENT = "ask_"
UNCLEAR, PERSON, FOLLOW_UP, TELL_MORE = "nlu_fallback", "request_human", "follow_up", "tell_more"
DATES_TALK, OWN_DATES, WARNED_OF = "dates_talk", "own_dates", "warned_of"
FORGET_ME = "forget_me"
MOST_LIKELY = 3


@cache
def knowledge() -> Knowledge:
    """Return the shipped knowledge, read and checked once a process."""
    return check_knowledge()


@cache
def settings() -> Settings:
    """Return the settings of this process; their clinic follows what the desk writes once the table is open."""
    found = read_settings()
    return replace(found, clinic=live_clinic(found.clinic))


@cache
def assistant(language: Language = ENGLISH) -> Assistant:
    """Return the assistant of this process in a language: its table is brought up to date at the first use."""
    if language != ENGLISH:
        return replace(assistant(), wording=wording(language))
    mine = settings()
    engine = prepare_database(mine.database_url, knowledge())
    watch_clinic(mine.clinic, engine)
    files = open_calendar_files(mine.secret_file, mine.public_url)
    return Assistant(engine, wording(), opening_of(mine.clinic), files)


def warm_up() -> None:
    """Read everything that the actions need, so that no patient waits for it."""
    day_reader(), other_languages(), hand_over()
    asked = [Asked((Question("timing", Procedure.HSG),), is_clear=True)]
    days = Days(moment_at(wording().clinic, None).date())
    for language in (ENGLISH, CHINESE):
        urgent_teller(language)
        assistant(language).answer_all(asked, days, say_not_advice=True, may_ask_back=True, feelings=frozenset())


def assistant_for(tracker: Tracker) -> Assistant:
    """Return the assistant in the language of the latest message."""
    return assistant(language_of(tracker))


@cache
def wording(language: Language = ENGLISH) -> Wording:
    """Return the words of this process in a language; they need no database."""
    return read_wording_in(language, knowledge(), settings().clinic)


@cache
def other_languages() -> Mapping[str, str]:
    """Return what is told to a patient who writes in another language, by its code."""
    return read_others()


def language_of(tracker: Tracker) -> Language:
    """Return the language in which the latest message is answered."""
    return "zh" if tracker.latest_message.get("language") == "zh" else ENGLISH


@cache
def day_reader() -> DayReader:
    """Return what reads days in messages."""
    return build_day_reader(name for procedure in knowledge().procedures for name in procedure.names)


@cache
def urgent_teller(language: Language = ENGLISH) -> UrgentTeller:
    """Return what tells of warning signs in a language; it needs no database."""
    return UrgentTeller(read_signs(), wording(language), opening_of(wording().clinic))


@cache
def hand_over() -> HandOver:
    """Return the way to a person of this process."""
    return open_hand_over(settings())


def ask_for_person(tracker: Tracker) -> Reply:
    """Put the conversation into the queue for a person, and return what she is told.

    Where nobody can take it over (Rasa's own shell, the desk's questions, records that are away): the phones.
    """
    told = assistant_for(tracker)
    alarm = alarm_before(tracker) if not tracker.latest_message["signs"] else read_alarm(tracker)
    level = alarm.level if alarm else None
    channel, sender = str(_metadata(tracker).get("channel") or ""), str(tracker.sender_id)
    return hand_over().ask(sender, channel, moment(tracker), told.wording, level) or told.hand_off()


def has_person(tracker: Tracker) -> bool:
    """Tell whether a person answers the conversation."""
    return bool(_metadata(tracker).get("person"))


def moment(tracker: Tracker) -> Moment:
    """Return the moment at the clinic at which the latest message is answered."""
    return moment_at(wording().clinic, read_day(_metadata(tracker).get("today")))


def read_alarm(tracker: Tracker) -> Alarm:
    """Return the alarm that the signs in the latest message give, where she stands.

    Raises:
        ValueError: there is none.
    """
    alarm = alarm_of(tracker.latest_message["signs"], urgent_teller().signs, _phase(tracker))
    if alarm is None:
        raise ValueError(f"no sign: {tracker.latest_message['signs']}")
    return alarm


def alarm_before(tracker: Tracker) -> Alarm | None:
    """Return the alarm that the signs told earlier in the conversation give; none where she told of none."""
    return alarm_of(tracker.get_slot(WARNED_OF) or (), urgent_teller().signs, _phase(tracker))


def alarm_to_repeat(tracker: Tracker) -> Alarm | None:
    """Return the alarm of signs told before that may not wait; none where the latest message has its own."""
    alarm = None if tracker.latest_message["signs"] else alarm_before(tracker)
    return alarm if alarm and not alarm.may_wait else None


def tell_alarm(tracker: Tracker, alarm: Alarm) -> Reply:
    """Return the urgent reply to an alarm, at this hour."""
    return urgent_teller(language_of(tracker)).tell(alarm, moment(tracker), read_procedure(tracker))


def read_procedure(tracker: Tracker) -> Procedure | None:
    """Return the procedure that the latest message names alone, else the one named before."""
    before = tracker.get_slot("procedure")
    return named_procedure(tracker) or (Procedure(before) if before else None)


def intent_of(tracker: Tracker) -> str:
    """Return the name of the latest message's intent."""
    return str(tracker.latest_message["intent"]["name"])


def read_asked(tracker: Tracker, now: Told) -> list[Asked]:
    """Return what the latest message asks, in order; empty when it follows up on nothing.

    `now` is what it tells of her days. A question is asked of each procedure that it names. A follow-up without a topic
    of its own repeats what waits for its procedure, else, where it tells a day, the question for her dates, else the
    question before.
    """
    found: list[dict[str, Any]] = tracker.latest_message["questions"]
    return [asked for one in found if _ranking(one)[0][0] != PERSON for asked in _asked(tracker, one, found, now)]


def read_days(tracker: Tracker) -> tuple[DatesTalk, Told, Days]:
    """Return the talk about her dates with the latest message heard, what that message tells, and what is known."""
    today = moment(tracker).date()
    before = read_dates_talk(tracker)
    text = str(tracker.latest_message["text"])
    is_english = language_of(tracker) == ENGLISH  # days are read in English alone
    now = day_reader().read(text, today, wording().clinic.numeric_dates) if is_english else Told()
    answers = any(_ranking(one)[0][0] == FOLLOW_UP for one in tracker.latest_message["questions"])
    talk = before.hears(now, answers=answers, corrects=corrects(text))
    waits = bool(tracker.get_slot("waiting_topics")) and (not talk.told.is_empty or OWN_DATES in _conditions(tracker))
    alarm = alarm_before(tracker)
    warned = urgent_teller(language_of(tracker)).names(alarm) if alarm else ""
    wished = waits or not now.is_empty or _wishes_for_dates(tracker)
    return talk, now, Days(today, talk.told, wished=wished, procedure=talk.procedure, warned_of=warned)


def read_dates_talk(tracker: Tracker) -> DatesTalk:
    """Return what the talk about her dates had come to before the latest message."""
    stored = tracker.get_slot(DATES_TALK)
    return read_talk(stored)


def read_kept(tracker: Tracker) -> Kept:
    """Return what is kept of the conversation, with the latest message."""
    return Kept(
        reference=str(tracker.sender_id),
        messages=_messages(tracker),
        procedure=read_procedure(tracker),
        conditions=sorted(tracker.get_slot("conditions") or ()),
        has_dates=bool(tracker.get_slot(DATES_TALK)),
        has_signs=bool(tracker.get_slot(WARNED_OF)),
    )


def _messages(tracker: Tracker) -> int:
    """Return how many messages of the conversation are kept, with the latest: Rasa knows only the last ones."""
    known = sum(event["event"] == "user" for event in tracker.events)
    return count_kept(hand_over().hand_offs.engine, str(tracker.sender_id), known)


@cache
def retention_days() -> int:
    """Return after how many days a conversation is deleted."""
    return settings().retention_days


def wants_person(tracker: Tracker) -> bool:
    """Tell whether the latest message asks for a person besides other things."""
    return any(_ranking(one)[0][0] == PERSON for one in tracker.latest_message["questions"])


def feelings_of(tracker: Tracker) -> frozenset[Condition]:
    """Return what the latest message says that she feels; nothing beside a warning sign, which comes first."""
    if tracker.latest_message["signs"]:
        return frozenset()
    return FEELINGS & {*_entity_values(tracker, "condition")}


def read_rejected(tracker: Tracker) -> Asked:
    """Return what the latest message, which is to be rejected, came nearest to."""
    found: list[dict[str, Any]] = tracker.latest_message["questions"]
    (_, confidence), topics = _ranking(found[0])
    likely = tuple(Question(topic) for topic in topics[:MOST_LIKELY])
    return Asked(likely, is_clear=False, text=str(found[0]["text"]), confidence=confidence)


def named_procedure(tracker: Tracker) -> Procedure | None:
    """Return the procedure that the latest message names, when it names one alone."""
    named = set(_entity_values(tracker, "procedure"))
    return Procedure(named.pop()) if len(named) == 1 else None


def remember(tracker: Tracker, told: Sequence[Answered], talk: DatesTalk) -> list[EventType]:
    """Return the events that keep topic, procedure, phase, conditions and dates for the next message.

    Of the conditions those are kept that last, and all of them while a question back is open.
    """
    last = told[-1].asked.question
    entries = assistant().wording.conditions
    is_open = any(one.reply.kind == "ask" for one in told)
    kept = sorted(condition for condition in last.conditions if is_open or entries[condition].lasts)
    waiting = [
        one.asked.question.topic
        for one in told
        if one.asked.is_clear and one.reply.kind == "ask" and one.reply.procedure is None
    ]
    events = [
        SlotSet("topic", last.topic),
        SlotSet("waiting_topics", waiting),
        SlotSet("conditions", kept),
        remember_dates(_after(talk, told)),
    ]
    if last.procedure is not None:
        events.append(SlotSet("procedure", last.procedure.value))
    return [*events, *remember_phase(tracker)]


def remember_beside_sign(tracker: Tracker) -> list[EventType]:
    """Return the events that keep what a message tells of her beside a warning sign: procedure, phase and days."""
    talk, _, _ = read_days(tracker)
    named = named_procedure(tracker)
    if named and talk.told.procedure_day:
        talk = talk.model_copy(update={"procedure": named})
    procedure = [SlotSet("procedure", named.value)] if named else []
    return [*procedure, *remember_phase(tracker), remember_dates(talk)]


def remember_dates(talk: DatesTalk) -> EventType:
    """Return the event that keeps the talk about her dates."""
    return SlotSet(DATES_TALK, None if talk == DatesTalk() else talk.model_dump_json(exclude_defaults=True))


def remember_phase(tracker: Tracker) -> list[EventType]:
    """Return the event that keeps where she says that she stands."""
    said = _entity_values(tracker, "phase")
    return [SlotSet("phase", said[-1])] if said else []


def send(dispatcher: CollectingDispatcher, tracker: Tracker, *replies: Reply | Answered) -> None:
    """Send replies the way the channel can show them: whole to the door, as plain text elsewhere.

    Why a reply was given goes with it into the conversation's history.
    """
    words = wording(language_of(tracker))
    for one in replies:
        reply, why = (one.reply, record_of(one.asked, one.reply)) if isinstance(one, Answered) else (one, None)
        details = {"record": why.as_metadata()} if why else {}
        if tracker.get_latest_input_channel() == DOOR:
            told = reply.model_copy(update={"language": words.language})
            dispatcher.utter_message(json_message=told.model_dump(mode="json", exclude_defaults=True), **details)
        else:
            more = words.say("utter_more_button")
            titles = [(more, more)] if reply.more else []
            titles += [(button.title, button.message) for button in reply.buttons]
            dispatcher.utter_message(
                text=reply.plain_text(words.sentences["utter_source"]),
                buttons=[{"title": title, "payload": message} for title, message in titles],
                **details,
            )


def _asked(tracker: Tracker, one: dict[str, Any], found: Sequence[dict[str, Any]], now: Told) -> list[Asked]:
    """Return what one question of a message asks: of each procedure that it names."""
    (name, confidence), topics = _ranking(one)
    procedures, conditions = _procedures(tracker, one, found), _conditions(tracker)
    if name == UNCLEAR:
        procedure = procedures[0] if len(procedures) == 1 else None
        choices = [tuple(Question(topic, procedure, conditions) for topic in topics[:MOST_LIKELY])]
    else:
        runners_up = tuple(Question(topic) for topic in topics[1:MOST_LIKELY])
        meant = (
            _topics_meant(tracker, topics[0], now) if name.startswith(TOPIC_INTENT) else _topics_before(tracker, now)
        )
        choices = [(Question(topic, procedure, conditions), *runners_up) for topic in meant for procedure in procedures]
    follows, text = bool(one["follows"]), str(one["text"])
    return [
        Asked(likely, name != UNCLEAR, follows, text, confidence, again=_asks_again(tracker, name, follows, likely[0]))
        for likely in choices
    ]


def _asks_again(tracker: Tracker, name: str, follows: bool, question: Question) -> bool:
    """Tell whether a question asks for more on the very thing that was answered last ("why?", "tell me more")."""
    return name == TELL_MORE or (follows and question.topic == tracker.get_slot("topic"))


def _topics_meant(tracker: Tracker, topic: Topic, now: Told) -> list[Topic]:
    return [dated_topic(topic, now, wished=_wishes_for_dates(tracker), phase=_phase(tracker))]


def _wishes_for_dates(tracker: Tracker) -> bool:
    return OWN_DATES in _entity_values(tracker, "condition")


def _metadata(tracker: Tracker) -> Mapping[str, Any]:
    """Return what the door sent beside the latest message."""
    return tracker.latest_message.get("metadata") or {}


def _phase(tracker: Tracker) -> Phase | None:
    """Return where she says that she stands, now or before."""
    said = _entity_values(tracker, "phase")[-1:] or [tracker.get_slot("phase")]
    return Phase(said[0]) if said[0] else None


def _ranking(one: dict[str, Any]) -> tuple[tuple[str, float], list[Topic]]:
    """Return what is to be done about a question and how sure that is, and its topics, the likeliest first."""
    ranked = [(str(entry["name"]), float(entry["confidence"])) for entry in one["ranking"]]
    return ranked[0], [name.removeprefix(TOPIC_INTENT) for name, _ in ranked if name.startswith(TOPIC_INTENT)]


def _after(talk: DatesTalk, told: Sequence[Answered]) -> DatesTalk:
    """Return the talk about her dates after replies: the last that gave or asked for dates counts."""
    dated = [one for one in told if one.needs or one.reply.kind == "dates"]
    return talk.goes_on(dated[-1].asked.question, dated[-1].needs) if dated else talk


def _topics_before(tracker: Tracker, now: Told) -> list[Topic]:
    """Return the topics that wait for their procedure, else that of her dates where a day is told, else the last."""
    waiting = list(tracker.get_slot("waiting_topics") or [])
    dated = None if now.is_empty else read_dates_talk(tracker).topic
    last = dated or tracker.get_slot("topic")
    return waiting or ([str(last)] if last else [])


def _procedures(tracker: Tracker, one: dict[str, Any], found: Sequence[dict[str, Any]]) -> list[Procedure | None]:
    """Return the procedures that a question names, else what is told around, else one named before, later, or none."""
    inside: list[Procedure] = []
    told: list[Procedure] = []
    earlier: list[Procedure] = []
    later: list[Procedure] = []
    for entity in _entities(tracker, "procedure"):
        at, procedure = int(entity["start"]), Procedure(entity["value"])
        if one["start"] <= at < one["end"]:
            inside.append(procedure)
        elif not any(other["start"] <= at < other["end"] for other in found):
            told.append(procedure)
        else:
            (earlier if at < one["start"] else later).append(procedure)
    before = tracker.get_slot("procedure")
    named = list(dict.fromkeys(inside)) or list(dict.fromkeys(told)) or earlier[-1:]
    return [*named] or ([Procedure(before)] if before else [*later[:1]] or [None])


def _conditions(tracker: Tracker) -> frozenset[Condition]:
    """Return what she says of herself in this message, and what she said before and does not deny now."""
    before = {*(tracker.get_slot("conditions") or [])} - {*_entity_values(tracker, "denied_condition")}
    return frozenset(before | {*_entity_values(tracker, "condition")})


def _entity_values(tracker: Tracker, kind: str) -> list[str]:
    return [str(entity["value"]) for entity in _entities(tracker, kind)]


def _entities(tracker: Tracker, kind: str) -> list[dict[str, Any]]:
    entities: list[dict[str, Any]] = tracker.latest_message.get("entities") or []
    return [entity for entity in entities if entity["entity"] == kind]
