"""The validator of the knowledge table: each thing it refuses, in a made-up table with this one problem."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import Entries, Entry, conflict, entries, row, signed, write

from bot.knowledge.check import check_knowledge, numbers_in
from bot.knowledge.read import BadKnowledge
from bot.knowledge.shapes import Knowledge

HSG = "hsg-kites-clinic"
FLIGHT = {"name": "flight", "value": 3, "unit": "day"}


def problems_of(folder: Path, table: Entries) -> list[str]:
    with pytest.raises(BadKnowledge) as caught:
        check_knowledge(write(folder, table))
    return caught.value.problems


def problems_of_rows(folder: Path, *rows: Entry) -> list[str]:
    return problems_of(folder, entries(rows))


def test_shipped_knowledge_has_rows_and_no_problem(knowledge: Knowledge) -> None:
    assert len(knowledge.rows) > 100


def test_table_without_a_problem_is_returned(tmp_path: Path) -> None:
    assert [entry.id for entry in check_knowledge(write(tmp_path, entries())).rows] == [HSG]


def test_table_in_use_is_read_again_when_a_file_changes(tmp_path: Path) -> None:
    before = check_knowledge(write(tmp_path, entries()))
    assert check_knowledge(tmp_path) is before
    with (tmp_path / "topics.yml").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert check_knowledge(tmp_path) is not before


def test_unknown_topic_is_refused(tmp_path: Path) -> None:
    assert problems_of_rows(tmp_path, row("hsg-balloons-clinic")) == [
        "rows/balloons.yml: hsg-balloons-clinic: unknown topic balloons"
    ]


def test_unknown_source_is_refused(tmp_path: Path) -> None:
    source = {"id": "T9", "section": "Page of kites"}
    assert problems_of_rows(tmp_path, row(HSG, sources=[source], facts=["T9-01"])) == [
        f"rows/kites.yml: {HSG}: unknown source T9"
    ]


def test_row_without_a_source_is_refused(tmp_path: Path) -> None:
    problem = f"kites.yml: {HSG}: entry: Value error, a row of the kind answer names at least one source"
    assert problems_of_rows(tmp_path, row(HSG, sources=[])) == [problem]


def test_row_that_only_says_that_nothing_is_known_needs_no_source(tmp_path: Path) -> None:
    table = entries([row(HSG, sources=[], facts=["B26"], kind="not_covered")])
    assert [entry.id for entry in check_knowledge(write(tmp_path, table)).rows] == [HSG]


def test_unknown_condition_is_refused(tmp_path: Path) -> None:
    assert problems_of_rows(tmp_path, row(HSG, conditions=["windy", "cloudy"])) == [
        f"rows/kites.yml: {HSG}: unknown condition cloudy"
    ]


def test_fact_of_another_source_is_refused(tmp_path: Path) -> None:
    assert problems_of_rows(tmp_path, row(HSG, facts=["T1-01", "T2-01"])) == [
        f"rows/kites.yml: {HSG}: fact T2-01 is not of its sources T1"
    ]


def test_next_topic_that_is_unknown_is_refused(tmp_path: Path) -> None:
    table = entries()
    table["topics"][0]["next"] = ["balloons"]
    assert problems_of(tmp_path, table) == ["topics.yml: kites: next: unknown topic balloons"]


@pytest.mark.parametrize("ask", ["What about {test} kites?", "What about {} kites?", "What about { kites?"])
def test_question_of_a_topic_that_cannot_be_filled_in_is_refused(tmp_path: Path, ask: str) -> None:
    table = entries()
    table["topics"][0]["ask"] = ask
    problems = problems_of(tmp_path, table)
    assert len(problems) == 1
    assert problems[0].startswith("topics.yml: kites: ask: ")


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        pytest.param(row("hsg-kites-clinic"), row("hsg-kites-again-clinic"), "hsg", id="same cell"),
        pytest.param(row("both-kites-clinic"), row("hsg-kites-clinic"), "hsg", id="both against one procedure"),
        pytest.param(
            row("hysteroscopy-kites-clinic"), row("both-kites-clinic"), "hysteroscopy", id="one procedure against both"
        ),
        pytest.param(
            row("hsg-kites-a-clinic", conditions=["windy", "rainy"]),
            row("hsg-kites-b-clinic", conditions=["rainy", "windy"]),
            "hsg",
            id="same conditions in another order",
        ),
        pytest.param(
            row("hsg-kites-clinic"), signed(row("hsg-kites-again-clinic")), "hsg", id="a draft against a signed row"
        ),
    ],
)
def test_overlap_is_refused(tmp_path: Path, first: Entry, second: Entry, overlap: str) -> None:
    problems = problems_of_rows(tmp_path, first, second)
    assert len(problems) == 1
    assert problems[0].startswith(f"rows/kites.yml: {first['id']}, {second['id']}: overlap: ")
    assert f"clinic row for {overlap} under" in problems[0]


def test_both_twice_overlaps_for_each_procedure(tmp_path: Path) -> None:
    problems = problems_of_rows(tmp_path, row("both-kites-clinic"), row("both-kites-again-clinic"))
    assert sorted(problem.split("row for ")[1].split(" under")[0] for problem in problems) == ["hsg", "hysteroscopy"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(row("hysteroscopy-kites-clinic"), id="another procedure"),
        pytest.param(row("hsg-lanterns-clinic"), id="another topic"),
        pytest.param(row("hsg-kites-reference"), id="another authority"),
        pytest.param(row("hsg-kites-windy-clinic", conditions=["windy"]), id="other conditions"),
        pytest.param(row("hsg-kites-staff-clinic", audience="staff"), id="another audience"),
        pytest.param(row("hsg-kites-old-clinic", status="retired"), id="a retired row"),
    ],
)
def test_row_beside_another_is_no_overlap(tmp_path: Path, other: Entry) -> None:
    table = check_knowledge(write(tmp_path, entries([row(HSG), other])))
    assert {entry.id for entry in table.rows} == {HSG, other["id"]}


def test_number_in_the_text_without_a_value_is_refused(tmp_path: Path) -> None:
    assert problems_of_rows(tmp_path, row(HSG, short="A kite flies 3 to 7 days.", values=[FLIGHT])) == [
        f"rows/kites.yml: {HSG}: the text says 7, which is no value; expected a value with a unit"
    ]


def test_value_that_differs_from_the_text_is_refused(tmp_path: Path) -> None:
    assert problems_of_rows(tmp_path, row(HSG, short="A kite flies 4 days.", values=[FLIGHT])) == [
        f"rows/kites.yml: {HSG}: the value 3 does not stand in the text",
        f"rows/kites.yml: {HSG}: the text says 4, which is no value; expected a value with a unit",
    ]


def test_value_that_is_not_told_is_refused(tmp_path: Path) -> None:
    assert problems_of_rows(tmp_path, row(HSG, short="A kite flies.", values=[FLIGHT])) == [
        f"rows/kites.yml: {HSG}: the value 3 does not stand in the text"
    ]


@pytest.mark.parametrize("end", ["low", "high"])
def test_range_of_which_one_end_is_not_told_is_refused(tmp_path: Path, end: str) -> None:
    span = {"name": "flight", "low": 2, "high": 5, "unit": "day"}
    entry = row(HSG, short=f"A kite flies {span['high' if end == 'low' else 'low']} days.", values=[span])
    assert problems_of_rows(tmp_path, entry) == [
        f"rows/kites.yml: {HSG}: the value {span[end]} does not stand in the text"
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A kite flies for 3 days.", 3),
        ("A kite flies from the 3rd day.", 3),
        ("A kite flies 3-day tours.", 3),
        ("A kite flies (3) days.", 3),
        ("The kite costs 1,200.", 1200),
        ("The kite is 0.5% paper.", 0.5),
    ],
)
def test_number_that_is_a_value_is_accepted(tmp_path: Path, text: str, value: float) -> None:
    table = entries([row(HSG, short=text, values=[FLIGHT | {"value": value}])])
    assert [entry.text for entry in check_knowledge(write(tmp_path, table)).rows] == [text]


@pytest.mark.parametrize(
    "words",
    [
        "two weeks",
        "one day",
        "half hour",
        "Twelve hours",
        "three-day",
        "five minutes",
        "ten mL",
        "four times",
        "six pictures",
        "eleven percent",
        "nine months",
        "two working days",
        "two millilitres",
        "fifteen minutes",
        "twenty-four hours",
        "thirty days",
    ],
)
def test_number_word_before_a_unit_is_refused(tmp_path: Path, words: str) -> None:
    problems = problems_of_rows(tmp_path, row(HSG, short=f"The kite needs {words} of wind."))
    assert len(problems) == 1
    assert problems[0].startswith(f"rows/kites.yml: {HSG}: write ")
    assert problems[0].endswith(" with a digit")


@pytest.mark.parametrize("text", ["One of the kites is red.", "The two kites are red.", "Half of it is paper."])
def test_number_word_that_counts_no_unit_is_accepted(tmp_path: Path, text: str) -> None:
    assert check_knowledge(write(tmp_path, entries([row(HSG, short=text)]))).rows[0].text == text


@pytest.mark.parametrize(
    "kind", ["topics", "procedures", "placeholders", "conditions", "phases", "sources", "conflicts"]
)
def test_repeated_id_is_refused(tmp_path: Path, kind: str) -> None:
    table = entries(conflicts=[conflict("X1", [HSG], ["kites"])])
    table[kind].append(repeated := _renamed(table[kind][0]))
    assert problems_of(tmp_path, table) == [f"{kind}: {repeated['id']}: stands 2 times"]


def test_repeated_row_id_is_refused(tmp_path: Path) -> None:
    assert f"rows: {HSG}: stands 2 times" in problems_of_rows(tmp_path, row(HSG), row(HSG, topic="lanterns"))


def test_conflict_of_an_unknown_row_is_refused(tmp_path: Path) -> None:
    table = entries(conflicts=[conflict("X1", [HSG, "hsg-kites-reference"], ["kites"])])
    assert problems_of(tmp_path, table) == ["conflicts: X1: unknown row hsg-kites-reference"]


def test_conflict_in_an_unknown_topic_is_refused(tmp_path: Path) -> None:
    table = entries(conflicts=[conflict("X1", [HSG], ["kites", "balloons"])])
    assert problems_of(tmp_path, table) == ["conflicts: X1: unknown topic balloons"]


def test_conflict_with_a_number_that_none_of_its_rows_tells_is_refused(tmp_path: Path) -> None:
    rows = [row(HSG, short="A kite flies 3 days.", values=[FLIGHT]), row("hsg-kites-reference")]
    told = "The clinic says 3 days, the book says 4."
    table = entries(rows, [conflict("X7", [HSG, "hsg-kites-reference"], ["kites"], told=told)])
    assert problems_of(tmp_path, table) == ["conflicts: X7: told says 4, which none of its rows says"]


def test_phrase_of_two_conditions_is_refused(tmp_path: Path) -> None:
    table = entries()
    table["conditions"][1]["phrases"].append("Windy day")
    assert problems_of(tmp_path, table) == ["conditions.yml: 'windy day' stands under windy, rainy; expected once"]


def test_name_of_two_procedures_is_refused(tmp_path: Path) -> None:
    table = entries()
    table["procedures"][1]["names"].append("HSG")
    assert problems_of(tmp_path, table) == ["procedures.yml: 'hsg' stands under hsg, hysteroscopy; expected once"]


def test_phrase_that_reveals_and_denies_is_refused(tmp_path: Path) -> None:
    table = entries()
    table["conditions"][0]["denied_by"] = ["calm day", "windy day"]
    assert problems_of(tmp_path, table) == ["conditions.yml: 'windy day' stands under windy, windy; expected once"]


def test_phrase_of_two_phases_is_refused(tmp_path: Path) -> None:
    table = entries()
    table["phases"].append({"id": "day", "phrases": ["Flew {kite}"]})
    assert problems_of(tmp_path, table) == ["phases.yml: 'flew {kite}' stands under after, day; expected once"]


@pytest.mark.parametrize(
    "changes",
    [{"phrases": ["flew {kite}", "flew {kite}"]}, {"asides": {"phrases": ["flew {kite}"]}}],
    ids=["among the phrases", "among the asides"],
)
def test_phrase_that_stands_twice_in_a_phase_is_refused(tmp_path: Path, changes: Entry) -> None:
    table = entries()
    table["phases"][0] |= changes
    assert problems_of(tmp_path, table) == ["phases.yml: 'flew {kite}' stands under after, after; expected once"]


def test_unknown_phase_is_refused(tmp_path: Path) -> None:
    table = entries()
    table["phases"].append({"id": "result", "phrases": ["saw {kite}"]})
    assert problems_of(tmp_path, table) == ["phases.yml: result: id: Input should be 'before', 'day' or 'after'"]


@pytest.mark.parametrize("phrase", ["", "  "], ids=repr)
@pytest.mark.parametrize("kind", ["phases", "conditions"])
def test_empty_phrase_is_refused(tmp_path: Path, kind: str, phrase: str) -> None:
    table = entries()
    table[kind][0]["phrases"].append(phrase)
    (problem,) = problems_of(tmp_path, table)
    assert problem.startswith(f"{kind}.yml: {table[kind][0]['id']}: phrases.1: String should match pattern")


def test_word_of_two_placeholders_is_refused(tmp_path: Path) -> None:
    table = entries()
    table["placeholders"].append({"id": "lantern", "words": ["My kite"]})
    assert problems_of(tmp_path, table) == ["placeholders.yml: 'my kite' stands under kite, lantern; expected once"]


@pytest.mark.parametrize(
    ("kind", "changes", "problem"),
    [
        ("phases", {"phrases": ["flew {kit}"]}, "phases.yml: after: 'flew {kit}': unknown placeholder {kit}"),
        ("phases", {"unless": ["{}"]}, "phases.yml: after: '{}': unknown placeholder {}"),
        (
            "phases",
            {"asides": {"phrases": ["since {kite}"], "unless": ["{day}"]}},
            "phases.yml: after: '{day}': unknown placeholder {day}",
        ),
        ("conditions", {"phrases": ["{kit} day"]}, "conditions.yml: windy: '{kit} day': unknown placeholder {kit}"),
        ("conditions", {"denied_by": ["no {kit}"]}, "conditions.yml: windy: 'no {kit}': unknown placeholder {kit}"),
        ("conditions", {"unless": ["a {kit}"]}, "conditions.yml: windy: 'a {kit}': unknown placeholder {kit}"),
        (
            "placeholders",
            {"words": ["a {lantern}"]},
            "placeholders.yml: kite: 'a {lantern}': unknown placeholder {lantern}; expected one above",
        ),
        (
            "phases",
            {"phrases": ["{kite}"]},
            "phases.yml: after: '{kite}': expected words beside the placeholder",
        ),
        (
            "phases",
            {"phrases": ["flew {kite"]},
            "phases.yml: after: 'flew {kite': expected braces around a placeholder alone",
        ),
    ],
)
def test_placeholder_that_stands_for_nothing_is_refused(
    tmp_path: Path, kind: str, changes: Entry, problem: str
) -> None:
    table = entries()
    table[kind][0] |= changes
    assert problems_of(tmp_path, table) == [problem]


def test_placeholder_may_use_those_above_and_the_names(tmp_path: Path) -> None:
    table = entries()
    table["placeholders"].append({"id": "toy", "words": ["{kite}", "{name}"]})
    table["placeholders"].append({"id": "gift", "words": ["a new {toy}"]})
    table["phases"][0]["unless"] = ["{gift}"]
    knowledge = check_knowledge(write(tmp_path, table))
    assert [(entry.id, entry.is_choice) for entry in knowledge.placeholders] == [
        ("kite", False),
        ("toy", True),
        ("gift", False),
    ]


def test_all_problems_are_listed_in_one_run(tmp_path: Path) -> None:
    table = entries(
        [
            row("hsg-kites-clinic", conditions=["cloudy"], short="A kite flies 9 days."),
            row("hsg-kites-reference", colour="red"),
            row("hsg-balloons-clinic"),
        ],
        [conflict("X1", ["hsg-kites-gone-clinic"], ["kites"])],
    )
    assert problems_of(tmp_path, table) == [
        "kites.yml: hsg-kites-reference: colour: Extra inputs are not permitted",
        "rows/balloons.yml: hsg-balloons-clinic: unknown topic balloons",
        "rows/kites.yml: hsg-kites-clinic: unknown condition cloudy",
        "conflicts: X1: unknown row hsg-kites-gone-clinic",
        "rows/kites.yml: hsg-kites-clinic: the text says 9, which is no value; expected a value with a unit",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("no number", []),
        ("3 days", [3]),
        ("3 or 3", [3, 3]),
        ("the 1st, 2nd, 3rd and 4th", [1, 2, 3, 4]),
        ("from 3 to 7.", [3, 7]),
        ("3-7 days", [3, 7]),
        ("3\u20137 days", [3, 7]),
        ("(10 to 15)", [10, 15]),
        ("1.4% or 0.5%", [1.4, 0.5]),
        ("1,000 and 1,234,567", [1000, 1234567]),
        ("up to 90%", [90]),
        ("a 2-hour flight", [2]),
        ("T4 and CA125", []),
        ("10mL", [10]),
        ("24h", [24]),
        ("1.5mg", [1.5]),
    ],
)
def test_numbers_in_a_text_are_counted(text: str, expected: list[float]) -> None:
    assert numbers_in(text) == Counter(expected)


_NUMBERS = st.integers(0, 10**7) | st.decimals(0, 1000, places=2).map(float)
_WORDS = st.text(st.characters(codec="ascii", categories=["Ll", "Lu"]), min_size=1, max_size=8)


def _written(number: Any) -> st.SearchStrategy[str]:
    ways = [f"{number}", f"{number:,}", f"({number})", f"{number}%", f"{number};"]
    return st.sampled_from([*ways, f"{number}th"] if isinstance(number, int) else ways)


@given(st.data(), st.lists(st.tuples(_WORDS, _NUMBERS), max_size=6))
def test_every_number_among_words_is_counted(data: st.DataObject, parts: list[tuple[str, float]]) -> None:
    text = " ".join(f"{word} {data.draw(_written(number))}" for word, number in parts)
    assert numbers_in(text) == Counter(float(number) for _, number in parts)


@given(st.text().filter(lambda text: not any(letter.isdecimal() for letter in text)))
def test_text_without_digits_has_no_number(text: str) -> None:
    assert numbers_in(text) == Counter()


@given(st.text())
def test_numbers_of_any_text_can_be_counted(text: str) -> None:
    assert min(numbers_in(text), default=0) >= 0


def _renamed(entry: Entry) -> Entry:
    """Return an entry with the same id and otherwise nothing that must stand once."""
    return entry | {key: ["other words"] for key in ("phrases", "names", "words") if key in entry}
