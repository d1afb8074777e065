"""The data folder: known keys alone, and every topic, intent and sentence complete on all its sides."""

import ast
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.answer import FIRST_TOPICS
from bot.files import DATA, KNOWLEDGE, ROOT, read_yaml
from bot.knowledge.shapes import Knowledge
from bot.question import Procedure
from bot.settings import Clinic
from bot.understanding.examples import Example, read_examples
from bot.validate import LEAST_EXAMPLES_A_TOPIC, MARKUP
from bot.wording import Wording, clinic_words, details_of, read_sentences

MODULES = [path for package in ("bot", "actions") for path in sorted((ROOT / package).rglob("*.py"))]
READ_YAML = cache(read_yaml)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yml"))


CHINESE = DATA / "languages" / "zh"
KEYS: dict[Path, set[str]] = {
    **{path: {"version", "nlu"} for path in files(DATA / "nlu")},
    DATA / "audit" / "waivers.yml": {"waivers"},
    DATA / "privacy" / "names.yml": {"given", "family"},
    DATA / "privacy" / "surnames.yml": {"chinese"},
    DATA / "privacy" / "cues.yml": {
        *("after", "chinese_named", "chinese_titles", "chinese_who", "closings", "deeds", "eponyms", "feasts"),
        *("greetings", "kin", "medical_endings", "named", "particles", "places", "self_said", "short_titles"),
        *("sure_titles", "things", "titles", "who"),
    },
    **{path: {"version", "rules"} for path in files(DATA / "rules")},
    **{path: {"version", "responses"} for path in files(DATA / "responses")},
    **{path: {"entries"} for path in files(KNOWLEDGE)},
    **{path: {"sign", "urgent", "not_urgent"} for path in files(DATA / "signs")},
    **{path: {"topic", "entries"} for path in files(KNOWLEDGE / "rows")},
    **{path: {"entries"} for path in files(KNOWLEDGE / "conflicts")},
    **{path: {"entries"} for path in sorted((KNOWLEDGE / "translations").rglob("*.yml"))},
    **{path: {"interface"} for path in sorted((DATA / "languages").rglob("interface.yml"))},
    DATA / "languages" / "others.yml": {"languages"},
    CHINESE / "wording.yml": {"sentences", "topics", "procedures", "conditions", "signs"},
    CHINESE / "names.yml": {"procedures", "conditions", "phases"},
    CHINESE / "questions.yml": {"topics", "others"},
    CHINESE / "signs.yml": {"urgent", "not_urgent"},
    CHINESE / "warning_signs.yml": {"words", "cues", "signs"},
    DATA / "signs" / "none.yml": {"sign", "not_urgent"},
    KNOWLEDGE / "warning_signs.yml": {"thresholds", "words", "cues", "signs"},
    DATA / "clinic.yml": {"clinic"},
    DATA / "words.yml": {"words"},
}
TOPICS: list[str] = [entry["id"] for entry in READ_YAML(KNOWLEDGE / "topics.yml")["entries"]]
RULES: list[dict[str, Any]] = [rule for path in files(DATA / "rules") for rule in READ_YAML(path)["rules"]]
INTENTS: list[str] = READ_YAML(ROOT / "domain.yml")["intents"]
SET_BY_THE_COMPONENT = {"warning_sign", "answer_checklist", "other_language", "to_person"}
SENTENCES = read_sentences()
HELD_OUT = sorted((ROOT / "tests" / "nlu").glob("*.jsonl"))
MEASURE = [*HELD_OUT, ROOT / "tests" / "knowledge" / "questions"]


def path_id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def folded(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    """The training sentences."""
    return read_examples()


@pytest.fixture(scope="module")
def marked(examples: list[Example]) -> list[Example]:
    """The training sentences that mark what they ask."""
    found = [example for example in examples if example.asked]
    assert len(found) > 1000
    return found


def test_every_data_file_is_read_by_someone() -> None:
    assert {path for path in DATA.rglob("*") if path.is_file()} == {*KEYS, KNOWLEDGE / "facts.txt"}


@pytest.mark.parametrize("path", KEYS, ids=path_id)
def test_data_file_holds_the_keys_of_its_folder_and_no_other(path: Path) -> None:
    assert READ_YAML(path).keys() == KEYS[path]


@pytest.mark.parametrize("path", files(DATA / "nlu"), ids=path_id)
def test_file_of_sentences_holds_the_one_intent_that_it_is_named_after(path: Path) -> None:
    (block,) = READ_YAML(path)["nlu"]
    assert block.keys() == {"intent", "examples"}
    assert block["intent"] == path.stem


@pytest.mark.parametrize("path", files(DATA / "nlu"), ids=path_id)
def test_every_line_of_a_file_of_sentences_is_a_sentence(path: Path) -> None:
    lines = READ_YAML(path)["nlu"][0]["examples"].splitlines()
    assert [line for line in lines if not re.fullmatch(r"- \S.*", line)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_rule_is_one_wish_and_one_action(rule: dict[str, Any]) -> None:
    assert rule.keys() == {"rule", "steps"}
    assert [list(step) for step in rule["steps"]] == [["intent"], ["action"]]


def test_rules_have_titles_of_their_own() -> None:
    assert [title for title, count in Counter(rule["rule"] for rule in RULES).items() if count > 1] == []


def test_topics_are_those_of_the_knowledge_table(knowledge: Knowledge) -> None:
    assert [topic.id for topic in knowledge.topics] == TOPICS
    assert len(TOPICS) == 45


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_is_an_intent(topic: str) -> None:
    assert f"ask_{topic}" in INTENTS


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_has_one_rule_that_answers_it(topic: str) -> None:
    actions = [rule["steps"][1]["action"] for rule in RULES if rule["steps"][0]["intent"] == f"ask_{topic}"]
    assert actions == ["action_answer_question"]


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_has_enough_sentences(topic: str, examples: list[Example]) -> None:
    assert sum(example.intent == f"ask_{topic}" for example in examples) >= LEAST_EXAMPLES_A_TOPIC


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_has_the_words_of_its_button(topic: str, wording: Wording) -> None:
    asked = {wording.ask(topic, procedure) for procedure in (None, *Procedure)}
    assert len(asked) == 3
    assert [text for text in asked if not text.strip() or "{" in text] == []


@pytest.mark.parametrize("topic", FIRST_TOPICS)
def test_topic_that_is_offered_first_is_a_topic(topic: str) -> None:
    assert topic in TOPICS


@pytest.mark.parametrize("intent", [intent for intent in INTENTS if intent not in SET_BY_THE_COMPONENT])
def test_intent_has_sentences(intent: str, examples: list[Example]) -> None:
    assert intent in {example.intent for example in examples}


def test_sentences_are_of_intents_that_exist(examples: list[Example]) -> None:
    assert {example.intent for example in examples} <= set(INTENTS)


def test_no_sentence_is_trained_twice(examples: list[Example]) -> None:
    counts = Counter(folded(example.text) or example.text for example in examples)
    assert [text for text, count in counts.items() if count > 1] == []


def test_every_mark_is_of_a_topic(marked: list[Example]) -> None:
    assert {asked.topic for example in marked for asked in example.asked} <= set(TOPICS)


def test_every_topic_is_marked_in_some_sentence(marked: list[Example]) -> None:
    assert set(TOPICS) - {asked.topic for example in marked for asked in example.asked} == set()


def test_every_mark_holds_words_without_space_around_them(marked: list[Example]) -> None:
    parts = [example.text[asked.start : asked.end] for example in marked for asked in example.asked]
    assert [part for part in parts if not re.fullmatch(r"\S|\S.*\S", part)] == []


def test_sentence_with_one_mark_is_of_the_topic_it_marks(marked: list[Example]) -> None:
    single = [example for example in marked if len(example.asked) == 1]
    assert len(single) > 500
    assert [example for example in single if example.intent != f"ask_{example.asked[0].topic}"] == []


def test_sentences_with_several_marks_are_those_that_ask_several_questions(examples: list[Example]) -> None:
    several = [example for example in examples if len(example.asked) > 1]
    assert len(several) > 500
    assert several == [example for example in examples if example.intent == "several_questions"]


def test_follow_up_is_marked_alone_and_after_the_question_it_follows(marked: list[Example]) -> None:
    following = [example for example in marked if any(asked.follows for asked in example.asked)]
    assert len(following) > 100
    assert [example for example in following if len(example.asked) != 1 or not example.asked[0].start] == []


def test_no_sentence_holds_what_is_left_of_a_mark(examples: list[Example]) -> None:
    assert [example.text for example in examples if MARKUP.search(example.text)] == []


def sentences_that_measure(path: Path) -> list[str]:
    if path.is_dir():
        return [entry["question"] for file in files(path) for entry in READ_YAML(file)["entries"]]
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_some_sentences_are_held_out() -> None:
    assert HELD_OUT


@pytest.mark.parametrize("path", MEASURE, ids=path_id)
def test_no_sentence_that_measures_is_trained(path: Path, examples: list[Example]) -> None:
    measured = [folded(text) for text in sentences_that_measure(path)]
    trained = {folded(example.text) for example in examples}
    assert len(measured) > 50
    assert [text for text in measured if text in trained] == []


@pytest.mark.parametrize("path", HELD_OUT, ids=path_id)
def test_no_held_out_sentence_stands_twice(path: Path) -> None:
    counts = Counter(folded(text) for text in sentences_that_measure(path))
    assert [text for text, count in counts.items() if count > 1] == []


@cache
def said_by_name() -> dict[str, list[set[str]]]:
    """Return the fixed sentences that the code says, each with the details it is given, place by place."""
    said: dict[str, list[set[str]]] = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.args[0] if isinstance(node, ast.Call) and node.args else None
            if isinstance(name, ast.Constant) and str(name.value).startswith("utter_"):
                details = {keyword.arg for keyword in node.keywords if keyword.arg}
                said.setdefault(str(name.value), []).append(details)
    return said


@cache
def small_talk() -> set[str]:
    """Return the sentences that small talk says: of the intents whose action calls `small_talk`."""
    talks = {
        f"action_{path.stem}" for path in (ROOT / "actions").glob("*.py") if ".small_talk(" in path.read_text("utf-8")
    }
    steps = [rule["steps"] for rule in RULES]
    return {f"utter_{wish['intent']}" for wish, answer in steps if answer["action"] in talks}


def test_code_and_small_talk_say_something() -> None:
    assert "utter_not_advice" in said_by_name()
    assert "utter_greet" in small_talk()


@pytest.mark.parametrize("name", SENTENCES)
def test_fixed_sentence_is_said_somewhere(name: str) -> None:
    assert name in said_by_name() or name in small_talk()


@pytest.mark.parametrize("name", sorted({*said_by_name(), *small_talk()}))
def test_sentence_that_is_said_exists(name: str) -> None:
    assert name in SENTENCES


@pytest.mark.parametrize("name", SENTENCES)
def test_fixed_sentence_is_given_the_details_it_needs(name: str, clinic: Clinic) -> None:
    needed = details_of(SENTENCES[name]) - clinic_words(clinic).keys()
    places = said_by_name().get(name, [set()])
    assert [sorted(needed - given) for given in places if not needed <= given] == []


@pytest.mark.parametrize("path", files(DATA / "responses"), ids=path_id)
def test_fixed_sentence_is_one_plain_text(path: Path) -> None:
    odd = {
        name: variants
        for name, variants in READ_YAML(path)["responses"].items()
        if not name.startswith("utter_") or [variant.keys() for variant in variants] != [{"text"}]
    }
    assert odd == {}
