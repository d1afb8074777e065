"""What is told in Chinese: by the same table, the same sources and levels, and nothing that was not translated."""

import json
import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from bot.answer import Assistant
from bot.calendar_file import open_calendar_files
from bot.chinese.data import fold, read_chinese_signs, read_labelled_signs, read_names, read_questions
from bot.chinese.read import ChineseReader, load_chinese_reader, train_chinese_reader
from bot.files import ROOT
from bot.knowledge.shapes import Knowledge
from bot.opening import opening_of
from bot.question import Procedure, Question
from bot.safety.lone_watch import LoneWatch, build_lone_watch
from bot.settings import Clinic
from bot.wording import Wording, details_of, read_wording_in

SHIPPED = (
    *("timing", "bleeding_on_day", "sex_before", "preparation", "tests_before", "going_home", "normal_after"),
    *("warning_signs", "sex_after", "bathing", "activity", "period_after", "conceive_after", "results"),
)
HAN = re.compile(r"[\u4e00-\u9fff]")
FOLDER = ROOT / "tests" / "languages" / "zh"
TODAY = date(2026, 3, 5)


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def chinese(knowledge: Knowledge, clinic: Clinic) -> Wording:
    return read_wording_in("zh", knowledge, clinic)


@pytest.fixture(scope="module")
def told_in_chinese(
    engine: Engine, chinese: Wording, clinic: Clinic, tmp_path_factory: pytest.TempPathFactory
) -> Assistant:
    files = open_calendar_files(tmp_path_factory.mktemp("files") / "secret", "")
    return Assistant(engine, chinese, opening_of(clinic), files)


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge, clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> ChineseReader:
    folder = tmp_path_factory.mktemp("chinese")
    train_chinese_reader(knowledge, clinic, folder)
    return load_chinese_reader(knowledge, clinic, folder)


@pytest.fixture(scope="module")
def watch(knowledge: Knowledge, wording: Wording) -> LoneWatch:
    return build_lone_watch(knowledge, wording)


# What is told


@pytest.mark.parametrize("topic", SHIPPED)
@pytest.mark.parametrize("procedure", Procedure)
def test_shipped_topic_is_told_in_chinese_by_the_same_rows(
    topic: str, procedure: Procedure, told_in_chinese: Assistant, assistant: Assistant
) -> None:
    question = Question(topic, procedure)
    told, english = told_in_chinese.answer(question, TODAY), assistant.answer(question, TODAY)
    assert (told.kind, told.rules, told.sources) == (english.kind, english.rules, english.sources)
    assert len(HAN.findall(told.text)) > 20
    assert not re.search(r"[A-Za-z]{4,} [a-z]{3,} [a-z]{3,}", told.text)


@pytest.mark.parametrize("topic", SHIPPED)
def test_every_row_of_a_shipped_topic_is_translated(topic: str, knowledge: Knowledge) -> None:
    (told,) = knowledge.translations
    translated = {one.id for one in told.rows}
    rows = [row.id for row in knowledge.rows if row.topic == topic and row.audience == "patient"]
    assert rows
    assert [name for name in rows if name not in translated] == []


def test_difference_between_sources_is_told_in_chinese(told_in_chinese: Assistant) -> None:
    text = told_in_chinese.answer(Question("sex_after", Procedure.HSG), TODAY).text
    assert "2 周" in text
    assert "48 小时" in text


def test_row_without_a_translation_is_not_told_and_the_phone_is_given(
    told_in_chinese: Assistant, chinese: Wording
) -> None:
    reply = told_in_chinese.answer(Question("accuracy", Procedure.HSG), TODAY)
    assert (reply.kind, reply.rules) == ("not_covered", ())
    assert chinese.clinic.phone_line in reply.text


@pytest.mark.parametrize("name", ["utter_greet", "utter_urgent_emergency", "utter_kind_afraid", "utter_past_review"])
def test_sentence_has_its_chinese_words_and_the_same_details(name: str, chinese: Wording, wording: Wording) -> None:
    assert HAN.search(chinese.sentences[name])
    assert details_of(chinese.sentences[name]) == details_of(wording.sentences[name])


def test_every_sign_has_a_chinese_name(chinese: Wording) -> None:
    signs = {sign.id for sign in read_chinese_signs().signs}
    assert chinese.signs.keys() == signs
    assert [name for name in chinese.signs.values() if not HAN.search(name)] == []


# What is read


def test_written_questions_are_read_right(reader: ChineseReader) -> None:
    inside = [one for one in lines("questions.jsonl") if one["topics"]]
    assert len(inside) >= 20
    right = [
        one
        for one in inside
        if {question.intent.removeprefix("ask_") for question in reader.read(one["text"]).read.questions}
        & set(one["topics"])
    ]
    assert len(right) >= 0.9 * len(inside)


def test_procedure_of_the_written_questions_is_found(reader: ChineseReader) -> None:
    inside = [one for one in lines("questions.jsonl") if one["topics"]]
    found = [{mention.value for mention in reader.names.find(fold(one["text"]))} for one in inside]
    assert sum(one["procedure"] in names for one, names in zip(inside, found, strict=True)) >= 0.95 * len(inside)


def test_questions_about_something_else_are_not_answered(reader: ChineseReader) -> None:
    outside = [one for one in lines("questions.jsonl") if not one["topics"]]
    answered = [
        one["text"]
        for one in outside
        if any(question.intent.startswith("ask_") for question in reader.read(one["text"]).read.questions)
    ]
    assert len(outside) >= 10
    assert len(answered) <= 0.2 * len(outside)


def test_written_signs_are_caught(reader: ChineseReader) -> None:
    signs = [one for one in lines("signs.jsonl") if one["urgent"]]
    assert len(signs) >= 10
    assert [one["text"] for one in signs if not reader.read(one["text"]).signs] == []


def test_written_messages_without_a_sign_ring_no_alarm(reader: ChineseReader) -> None:
    others = [one for one in lines("signs.jsonl") if not one["urgent"]]
    rung = [one["text"] for one in others if reader.read(one["text"]).signs]
    assert len(others) >= 20
    assert len(rung) <= 0.05 * len(others)


@pytest.mark.parametrize("name", ["questions.jsonl", "signs.jsonl"])
def test_no_sentence_that_measures_is_learnt(name: str) -> None:
    questions, signs = read_questions(), read_labelled_signs()
    learnt = {text for texts in (*questions.topics.values(), *questions.others.values()) for text in texts}
    learnt |= {text for texts in signs.urgent.values() for text in texts} | set(signs.not_urgent)
    assert [one["text"] for one in lines(name) if one["text"] in learnt] == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("HSG", "follow_up"),
        ("那宫腔镜呢？", "follow_up"),
        ("为什么？", "tell_more"),
        ("宫腔镜检查应该在月经周期的哪几天做？", "ask_timing"),
    ],
)
def test_button_or_short_wish_is_known(text: str, intent: str, reader: ChineseReader) -> None:
    assert [question.intent for question in reader.read(text).read.questions] == [intent]


def test_two_questions_are_read_as_two(reader: ChineseReader) -> None:
    read = reader.read("做完输卵管造影多久可以同房？造影之后能泡澡吗？").read
    assert [question.intent for question in read.questions] == ["ask_sex_after", "ask_bathing"]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("我对碘过敏，能做造影吗", "condition", "iodine_allergy"),
        ("我没有碘过敏，能做造影吗", "denied_condition", "iodine_allergy"),
        ("我好害怕做宫腔镜", "condition", "afraid"),
        ("明天要做造影了", "phase", "before"),
    ],
)
def test_what_she_says_of_herself_is_found(text: str, kind: str, value: str, reader: ChineseReader) -> None:
    assert (kind, value) in {(mention.kind, mention.value) for mention in reader.names.find(fold(text))}


def test_names_are_of_details_and_procedures_that_exist(knowledge: Knowledge) -> None:
    names = read_names()
    assert names.procedures.keys() == {"hsg", "hysteroscopy"}
    assert names.conditions.keys() <= {condition.id for condition in knowledge.conditions}
    assert names.phases.keys() == {"before", "day", "after"}


# At the door


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("做完造影发烧38度5，肚子疼", "clinic_now"),
        ("宫腔镜做完一个小时湿透一片卫生巾", "emergency"),
        ("造影后喘不上气", "emergency"),
        ("heavy bleeding now 怎么办啊我在家里", "clinic_now"),
    ],
)
def test_door_alone_answers_a_sign_in_chinese(text: str, level: str, watch: LoneWatch, clinic: Clinic) -> None:
    reply = watch.urgent(text, datetime(2026, 3, 5, 10, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert reply is not None
    assert (reply.kind, reply.level, reply.language) == ("urgent", level, "zh")
    assert clinic.emergency_number in reply.text
    assert HAN.search(reply.text)


@pytest.mark.parametrize("text", ["做完造影没有发烧", "做完造影会不会发烧？", "造影后多久可以同房", "宫腔镜疼不疼"])
def test_door_alone_stays_quiet_where_there_is_no_sign(text: str, watch: LoneWatch) -> None:
    assert watch.urgent(text, datetime(2026, 3, 5, 10, tzinfo=ZoneInfo("Asia/Shanghai"))) is None
