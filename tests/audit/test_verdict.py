"""The verdict: vulnerable, not audited or clean, from what pip-audit writes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from audit_findings import CONTROL_FOUND, LOCKED, TODAY, UNSAFE_LOAD, audited, entry, skipped, written

from bot.audit.judge import Judgement, Verdict, judge
from bot.audit.look import NotLooked, read_findings
from bot.audit.waivers import Waiver


@pytest.fixture
def waiver() -> Waiver:
    """A waiver of what is known of keras."""
    return Waiver.model_validate(entry())


def judged(*dependencies: Mapping[str, Any], waivers: Sequence[Waiver] = (), today: date = TODAY) -> Judgement:
    return judge(read_findings(written(dependencies)), LOCKED, waivers, today)


def test_nothing_known_and_the_control_found_is_clean() -> None:
    assert judged(audited("anyio"), audited("keras"), CONTROL_FOUND) == Judgement(Verdict.CLEAN)


def test_known_vulnerability_is_told_with_all_its_ids_and_its_fix() -> None:
    found = judged(audited("anyio"), audited("keras", UNSAFE_LOAD), CONTROL_FOUND)
    assert found == Judgement(Verdict.VULNERABLE, ("keras 2.12.0: PYSEC-2024-1, CVE-2024-3660, GHSA-1; fixed in 2.13",))


def test_waived_vulnerability_is_clean_and_told(waiver: Waiver) -> None:
    found = judged(audited("anyio"), audited("keras", UNSAFE_LOAD), CONTROL_FOUND, waivers=[waiver])
    assert found == Judgement(Verdict.CLEAN, (), ("keras 2.12.0: PYSEC-2024-1, CVE-2024-3660, GHSA-1",))


@pytest.mark.parametrize(
    "other",
    [{"package": "anyio"}, {"version": "2.11.0"}, {"ids": ("CVE-2024-9999",)}, {"expires": date(2026, 11, 30)}],
    ids=["package", "version", "id", "expired"],
)
def test_waiver_of_something_else_waives_nothing(other: dict[str, Any], waiver: Waiver) -> None:
    found = judged(
        audited("anyio"), audited("keras", UNSAFE_LOAD), CONTROL_FOUND, waivers=[waiver.model_copy(update=other)]
    )
    assert found.verdict is Verdict.VULNERABLE


@pytest.mark.parametrize(
    ("dependencies", "reason"),
    [
        ([audited("anyio"), audited("keras")], "the control django was not found vulnerable: CVE-2019-14234 was not"),
        (
            [audited("anyio"), audited("keras"), CONTROL_FOUND | {"vulns": []}],
            "the control django was not found vulnerable: CVE-2019-14234 was not",
        ),
        (
            [audited("anyio"), audited("keras"), skipped("django")],
            "the control django was not found vulnerable: Dependency not found on PyPI",
        ),
        ([audited("anyio"), skipped("keras"), CONTROL_FOUND], "1 of 2 packages were skipped: keras: Dependency not"),
        ([audited("anyio"), CONTROL_FOUND], "1 of 2 packages were not asked about as locked: keras"),
        (
            [audited("anyio"), audited("keras") | {"version": "3.0"}, CONTROL_FOUND],
            "1 of 2 packages were not asked about as locked: keras",
        ),
    ],
    ids=["no control", "control clean", "control skipped", "package skipped", "package left out", "another version"],
)
def test_gap_is_not_audited(dependencies: list[dict[str, Any]], reason: str) -> None:
    found = judged(*dependencies)
    assert found.verdict is Verdict.NOT_AUDITED
    assert len(found.reasons) == 1
    assert found.reasons[0].startswith(reason)


def test_everything_skipped_as_seen_without_advisories_is_not_audited() -> None:
    found = judged(skipped("anyio"), skipped("keras"), skipped("django"))
    assert found.verdict is Verdict.NOT_AUDITED
    assert [reason.split(":")[0] for reason in found.reasons] == [
        "the control django was not found vulnerable",
        "2 of 2 packages were skipped",
    ]


def test_vulnerability_is_told_even_where_others_were_skipped() -> None:
    found = judged(skipped("anyio"), audited("keras", UNSAFE_LOAD), CONTROL_FOUND)
    assert found.verdict is Verdict.VULNERABLE
    assert len(found.reasons) == 2


@pytest.mark.parametrize(("verdict", "code"), [("clean", 0), ("vulnerable", 1), ("not audited", 2)])
def test_verdict_has_an_exit_code_of_its_own(verdict: str, code: int) -> None:
    assert {str(each): each.exit_code for each in Verdict}[verdict] == code


@pytest.mark.parametrize(
    "text", ["", "No known vulnerabilities found", "[]", "{}", '{"dependencies": [{"version": 1}]}']
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(NotLooked, match="cannot be read"):
        read_findings(text)
