"""`make validate`: each kind of problem, found in a small tree that has this one problem."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_up import entries, row, write, write_yaml

from bot import validate
from bot.files import DATA, KNOWLEDGE, read_yaml
from bot.knowledge.readability import grades
from bot.knowledge.shapes import Knowledge, fingerprint_of
from bot.validate import LEAST_EXAMPLES_A_TOPIC, LEAST_OUT_OF_SCOPE, all_problems, main, overdue

Examples = dict[str, list[str]]
Rule = tuple[str, str]

EXAMPLES: Examples = {
    "ask_kites": [f"kite question {number}" for number in range(LEAST_EXAMPLES_A_TOPIC)],
    "ask_lanterns": [f"lantern question {number}" for number in range(LEAST_EXAMPLES_A_TOPIC)],
    "out_of_scope": [f"something else {number}" for number in range(LEAST_OUT_OF_SCOPE)],
    "several_questions": ["[how high](asks:kites)? [is it hot](asks:lanterns)?"],
    "greet": ["hello"],
}
RULES: list[Rule] = [
    ("ask_kites", "action_answer_question"),
    ("ask_lanterns", "action_answer_question"),
    ("several_questions", "action_answer_question"),
    ("out_of_scope", "action_reject_message"),
    ("nlu_fallback", "action_reject_message"),
    ("greet", "action_greet"),
]
ACTIONS = ["action_answer_question", "action_reject_message", "action_greet"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project without a problem: two topics, the sample clinic."""
    write(tmp_path / "data" / "knowledge", entries())
    shutil.copy(DATA / "clinic.yml", tmp_path / "data" / "clinic.yml")
    write_yaml(
        tmp_path / "data" / "responses" / "fixed.yml",
        {"version": "3.1", "responses": {"utter_greet": [{"text": "Hello from {clinic}: {topic}."}]}},
    )
    for intent, sentences in EXAMPLES.items():
        write_examples(tmp_path, intent, sentences)
    write_rules(tmp_path, RULES)
    write_domain(tmp_path, [*EXAMPLES], ACTIONS)
    write_signs(tmp_path)
    write_yaml(tmp_path / "data" / "audit" / "waivers.yml", {"waivers": []})
    (tmp_path / "actions").mkdir()
    for action in ACTIONS:
        (tmp_path / "actions" / f"{action.removeprefix('action_')}.py").touch()
    return tmp_path


def write_examples(root: Path, intent: str, sentences: list[str]) -> None:
    block = {"intent": intent, "examples": "".join(f"- {sentence}\n" for sentence in sentences)}
    write_yaml(root / "data" / "nlu" / f"{intent}.yml", {"version": "3.1", "nlu": [block]})


def write_signs(root: Path, **changes: Any) -> None:
    thresholds = read_yaml(KNOWLEDGE / "warning_signs.yml")["thresholds"]
    sign = {
        "id": "torn",
        "name": "a torn kite",
        "level": "emergency",
        "facts": ["K1"],
        "sources": [{"id": entries()["sources"][0]["id"], "section": "one"}],
        "patterns": ["kite is torn"],
    }
    signs = {"thresholds": thresholds, "words": [], "cues": [], "signs": [sign | changes]}
    write_yaml(root / "data" / "knowledge" / "warning_signs.yml", signs)
    write_yaml(root / "data" / "signs" / "torn.yml", {"sign": "torn", "urgent": ["it is torn"]})


def write_rules(root: Path, rules: list[Rule]) -> None:
    written = [
        {"rule": f"Rule {number}", "steps": [{"intent": intent}, {"action": action}]}
        for number, (intent, action) in enumerate(rules)
    ]
    write_yaml(root / "data" / "rules" / "questions.yml", {"version": "3.1", "rules": written})


def write_domain(root: Path, intents: list[str], actions: list[str]) -> None:
    write_yaml(root / "domain.yml", {"version": "3.1", "intents": intents, "actions": actions})


def write_sentence(root: Path, text: Any) -> None:
    content = {"version": "3.1", "responses": {"utter_greet": [text]}}
    write_yaml(root / "data" / "responses" / "fixed.yml", content)


def problems_of(root: Path) -> list[str]:
    return list(all_problems(root))


def test_small_tree_has_no_problem(root: Path) -> None:
    assert problems_of(root) == []


def test_shipped_data_has_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert capsys.readouterr().out.endswith("0 rows are due for review\nNo problems.\n")


def test_grade_of_each_row_is_printed_the_hardest_first(
    capsys: pytest.CaptureFixture[str], knowledge: Knowledge
) -> None:
    main()
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if re.match(r"reading grade [-\d]", line)]
    told = {name: float(grade.rstrip(":")) for _, _, grade, name in lines}
    assert told.keys() == grades(knowledge).keys()
    assert list(told.values()) == sorted(told.values(), reverse=True)


def test_rows_that_are_due_for_review_are_those_past_their_day(knowledge: Knowledge) -> None:
    assert overdue(knowledge, date(2026, 11, 28)) == []
    assert len(overdue(knowledge, date(2099, 1, 1))) == len(knowledge.rows)


@pytest.mark.parametrize("content", [{}, {"waivers": [{"package": "kites"}]}], ids=["no list", "an entry cut off"])
def test_waiver_that_cannot_be_read_is_listed(root: Path, content: dict[str, Any]) -> None:
    write_yaml(root / "data" / "audit" / "waivers.yml", content)
    found = problems_of(root)
    assert found
    assert [problem for problem in found if "waivers.yml" not in problem] == []


def test_row_that_is_too_hard_to_read_is_listed(root: Path) -> None:
    hard = "Multidisciplinary hysteroscopic interventions necessitate comprehensive individualised evaluation."
    write(root / "data" / "knowledge", entries([row("hsg-kites-clinic", short=hard)]))
    (problem,) = problems_of(root)
    assert "hsg-kites-clinic: reading grade" in problem


def test_short_form_of_three_sentences_is_listed(root: Path) -> None:
    write(root / "data" / "knowledge", entries([row("hsg-kites-clinic", short="One. Two. Three.")]))
    assert problems_of(root) == ["rows/kites.yml: hsg-kites-clinic: short has 3 sentences, expected at most 2"]


@pytest.mark.parametrize(
    ("sentences", "problem"),
    [
        ({"utter_greet": "{clinic}"}, "utter_greet: other details than in English: topic"),
        ({"utter_kites": "风筝"}, "utter_kites: is the name of no sentence"),
    ],
)
def test_sentence_of_another_language_that_is_unlike_the_english_one_is_listed(
    root: Path, sentences: dict[str, str], problem: str
) -> None:
    conditions = {entry["id"]: entry["id"] for entry in entries()["conditions"]}
    words = {"sentences": sentences, "topics": {"kites": {}, "lanterns": {}}, "conditions": conditions}
    write_yaml(root / "data" / "languages" / "zh" / "wording.yml", words)
    assert problems_of(root) == [f"zh/wording.yml: {problem}"]


def test_topic_without_words_in_another_language_is_listed(root: Path) -> None:
    words: dict[str, Any] = {"sentences": {}, "topics": {"kites": {}}, "conditions": {}}
    write_yaml(root / "data" / "languages" / "zh" / "wording.yml", words)
    assert "zh/wording.yml: topics: lanterns has no words" in problems_of(root)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": "hsg-clouds-clinic"}, "hsg-clouds-clinic: is a translation of nothing"),
        ({"of": "old"}, "hsg-kites-clinic: translates an older text, expected of: "),
        ({"short": "风筝飞 3 天。"}, "hsg-kites-clinic: other numbers than the English text: 3"),
    ],
)
def test_bad_translation_is_listed(root: Path, changes: dict[str, str], problem: str) -> None:
    told = {"id": "hsg-kites-clinic", "of": fingerprint_of("What hsg-kites-clinic tells.", ""), "short": "风筝。"}
    path = root / "data" / "knowledge" / "translations" / "zh" / "rows" / "kites.yml"
    write_yaml(path, {"entries": [told | changes]})
    (found,) = problems_of(root)
    assert found.startswith(f"translations/zh: {problem}")


def test_problems_are_printed_and_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(validate, "all_problems", lambda: iter(["kites: first", "kites: second"]))
    assert main() == 1
    assert capsys.readouterr().out.endswith("kites: first\nkites: second\n2 problems\n")


def test_problem_within_an_entry_of_the_knowledge_table_is_listed(root: Path) -> None:
    write(root / "data" / "knowledge", entries([row("hsg-kites-clinic", colour="red")]))
    assert problems_of(root) == ["kites.yml: hsg-kites-clinic: colour: Extra inputs are not permitted"]


def test_problem_across_the_knowledge_table_is_listed(root: Path) -> None:
    write(root / "data" / "knowledge", entries([row("hsg-kites-clinic", conditions=["cloudy"])]))
    assert problems_of(root) == ["rows/kites.yml: hsg-kites-clinic: unknown condition cloudy"]


def test_problem_of_the_clinic_is_listed(root: Path) -> None:
    path = root / "data" / "clinic.yml"
    path.write_text(path.read_text().replace("contrast: water", "contrast: air"))
    problems = problems_of(root)
    assert len(problems) == 1
    assert problems[0].startswith("clinic.yml: contrast: ")


def test_missing_clinic_is_listed(root: Path) -> None:
    (root / "data" / "clinic.yml").unlink()
    problems = problems_of(root)
    assert len(problems) == 1
    assert "clinic.yml: cannot be read" in problems[0]


def test_detail_of_a_sentence_that_nobody_gives_is_listed(root: Path) -> None:
    write_sentence(root, {"text": "Hello {weather}, hello {colour}, this is {clinic}."})
    assert problems_of(root) == [
        "data/responses: utter_greet: nobody gives {colour}",
        "data/responses: utter_greet: nobody gives {weather}",
    ]


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param({"text": "Hello {clinic."}, id="brace left open"),
        pytest.param({"text": "Hello }."}, id="lone brace"),
        pytest.param({"custom": {"text": "Hello."}}, id="no text"),
    ],
)
def test_sentence_that_cannot_be_said_is_listed(root: Path, variant: dict[str, Any]) -> None:
    write_sentence(root, variant)
    problems = problems_of(root)
    assert len(problems) == 1
    assert "data/responses" in problems[0]


def test_file_of_sentences_without_its_key_is_listed(root: Path) -> None:
    write_yaml(root / "data" / "responses" / "more.yml", {"version": "3.1", "response": {}})
    problems = problems_of(root)
    assert len(problems) == 1
    assert "responses" in problems[0]


@pytest.mark.parametrize(
    ("intent", "least"),
    [("ask_kites", LEAST_EXAMPLES_A_TOPIC), ("out_of_scope", LEAST_OUT_OF_SCOPE)],
)
def test_intent_with_too_few_sentences_is_listed(root: Path, intent: str, least: int) -> None:
    write_examples(root, intent, EXAMPLES[intent][1:])
    assert problems_of(root) == [f"data/nlu/{intent}.yml: {least - 1} sentences, expected at least {least}"]


def test_topic_without_sentences_is_listed(root: Path) -> None:
    (root / "data" / "nlu" / "ask_kites.yml").unlink()
    assert problems_of(root) == ["data/nlu/ask_kites.yml: 0 sentences, expected at least 60"]


@pytest.mark.parametrize(
    ("intent", "again"), [("greet", "Hello!"), ("ask_kites", "hello"), ("ask_kites", " HELLO ... ")]
)
def test_sentence_that_stands_twice_is_listed(root: Path, intent: str, again: str) -> None:
    write_examples(root, intent, [*EXAMPLES[intent], again])
    assert problems_of(root) == [f"data/nlu: 'hello' stands 2 times: {', '.join(sorted([intent, 'greet']))}"]


@pytest.mark.parametrize(
    "text",
    [
        "is it [red](colour) or not",
        "is it [red] or not",
        "is it [red][colour]",
        "is it red (asks:kites)",
        "/greet",
        'so {"colour": "red"} then',
    ],
)
def test_sentence_with_markup_or_an_order_is_listed(root: Path, text: str) -> None:
    write_examples(root, "greet", ["hello", text])
    assert problems_of(root) == [f"data/nlu/greet.yml: {text!r}: markup or an order, expected plain words"]


@pytest.mark.parametrize(
    ("intent", "line", "problem"),
    [
        pytest.param(
            "ask_kites",
            "red. [how high](asks:balloons)",
            "'red. how high': is marked as ask_balloons, which is no topic of topics.yml",
            id="unknown topic",
        ),
        pytest.param(
            "several_questions",
            "[why](asks:kites)? [how high](follows:balloons)",
            "'why? how high': is marked as ask_balloons, which is no topic of topics.yml",
            id="unknown topic among several",
        ),
        pytest.param(
            "ask_kites",
            "red. [ how high](asks:kites)",
            "'red.  how high': marks ' how high', expected words without space around them",
            id="space before the words",
        ),
        pytest.param(
            "ask_kites",
            "red. [ ](asks:kites)",
            "'red.  ': marks ' ', expected words without space around them",
            id="no words",
        ),
        pytest.param(
            "ask_kites",
            "red. [is it hot](asks:lanterns)",
            "'red. is it hot': is marked as ask_lanterns",
            id="another topic",
        ),
        pytest.param(
            "greet", "hi. [how high](asks:kites)", "'hi. how high': is marked as ask_kites", id="small talk that asks"
        ),
        pytest.param(
            "ask_kites",
            "[why](asks:kites)? [how](asks:kites)",
            "'why? how': 2 marks, expected one or none",
            id="several in one",
        ),
        pytest.param(
            "several_questions", "[why](asks:kites)? how", "'why? how': 1 marks, expected at least 2", id="one of many"
        ),
        pytest.param("several_questions", "why? how", "'why? how': 0 marks, expected at least 2", id="none of many"),
    ],
)
def test_odd_mark_is_listed(root: Path, intent: str, line: str, problem: str) -> None:
    write_examples(root, intent, [*EXAMPLES[intent], line])
    assert problems_of(root) == [f"data/nlu/{intent}.yml: {problem}"]


@pytest.mark.parametrize(
    ("intent", "line"),
    [
        ("ask_kites", "red. [how high](asks:kites)"),
        ("ask_kites", "Does it fly? [how high](follows:kites)"),
        ("several_questions", "[why](asks:kites)? [how](asks:kites)"),
    ],
    ids=["the topic of its file", "a follow-up", "several of one topic"],
)
def test_mark_that_agrees_with_its_file_is_no_problem(root: Path, intent: str, line: str) -> None:
    write_examples(root, intent, [*EXAMPLES[intent], line])
    assert problems_of(root) == []


@pytest.mark.parametrize(
    "content", ["nlu: [", "version: '3.1'\n", "nlu:\n  - intent: greet\n", "nlu: hello\n"],
    ids=["no YAML", "no key", "no examples", "no list"],
)  # fmt: skip
def test_unusable_file_of_sentences_is_listed(root: Path, content: str) -> None:
    (root / "data" / "nlu" / "greet.yml").write_text(content)
    problems = problems_of(root)
    assert len(problems) == 1
    assert "data/nlu" in problems[0]


def test_topic_that_is_no_intent_is_listed(root: Path) -> None:
    write_domain(root, [name for name in EXAMPLES if name != "ask_kites"], ACTIONS)
    assert problems_of(root) == ["domain.yml: ask_kites is missing", "data/rules: unknown intent ask_kites"]


def test_intent_that_is_no_topic_is_listed(root: Path) -> None:
    write_domain(root, [*EXAMPLES, "ask_balloons"], ACTIONS)
    write_rules(root, [*RULES, ("ask_balloons", "action_answer_question")])
    assert problems_of(root) == ["domain.yml: ask_balloons is no topic of topics.yml"]


def test_intent_without_a_rule_is_listed(root: Path) -> None:
    write_rules(root, [rule for rule in RULES if rule[0] != "greet"])
    assert problems_of(root) == ["data/rules: no rule for greet"]


def test_intent_with_two_rules_is_listed(root: Path) -> None:
    write_rules(root, [*RULES, ("greet", "action_reject_message")])
    assert problems_of(root) == ["data/rules: greet has 2 rules"]


def test_rule_for_an_unknown_intent_is_listed(root: Path) -> None:
    write_rules(root, [*RULES, ("juggle", "action_greet")])
    assert problems_of(root) == ["data/rules: unknown intent juggle"]


def test_action_that_is_not_declared_is_listed(root: Path) -> None:
    write_domain(root, [*EXAMPLES], [name for name in ACTIONS if name != "action_greet"])
    assert problems_of(root) == ["domain.yml: action_greet is used by a rule and not declared"]


def test_action_without_a_file_is_listed(root: Path) -> None:
    (root / "actions" / "greet.py").unlink()
    assert problems_of(root) == ["actions: no file for action_greet"]


def drop_rules(root: Path) -> None:
    write_yaml(root / "data" / "rules" / "questions.yml", {"version": "3.1", "stories": []})


def drop_domain(root: Path) -> None:
    (root / "domain.yml").unlink()


def drop_intents(root: Path) -> None:
    write_yaml(root / "domain.yml", {"version": "3.1", "actions": ACTIONS})


@pytest.mark.parametrize("drop", [drop_rules, drop_domain, drop_intents])
def test_unusable_rules_or_domain_are_listed(root: Path, drop: Callable[[Path], None]) -> None:
    drop(root)
    problems = problems_of(root)
    assert len(problems) == 1
    assert "domain.yml" in problems[0]


def test_problems_of_every_kind_are_listed_in_one_run(root: Path) -> None:
    write(root / "data" / "knowledge", entries([row("hsg-kites-clinic", facts=[], conditions=["windy"])]))
    write_sentence(root, {"text": "Hello {weather}."})
    write_examples(root, "ask_kites", EXAMPLES["ask_kites"][1:])
    (root / "actions" / "greet.py").unlink()
    assert [problem.split(":")[0] for problem in problems_of(root)] == [
        "kites.yml",
        "data/responses",
        "data/nlu/ask_kites.yml",
        "actions",
    ]


# Warning signs


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sources": [{"id": "NOBODY", "section": "one"}]}, "warning_signs.yml: unknown source NOBODY"),
        ({"condition": "sleepy"}, "warning_signs.yml: unknown condition sleepy"),
        ({"id": "lost"}, "data/signs/torn.yml: no such sign in warning_signs.yml"),
    ],
)
def test_name_of_a_sign_that_stands_nowhere_else_is_listed(root: Path, changes: dict[str, Any], problem: str) -> None:
    write_signs(root, **changes)
    assert list(all_problems(root)) == [problem]


def test_bad_file_of_signs_is_listed(root: Path) -> None:
    write_signs(root, patterns=["{nothing}"])
    assert list(all_problems(root)) == ["warning_signs.yml: torn: '{nothing}': unknown group {nothing}"]
