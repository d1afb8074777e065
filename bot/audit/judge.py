"""What the findings mean: clean, vulnerable or not audited. Pure; nothing is asked and nothing is read here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from bot.audit.look import CONTROL, CONTROL_ADVISORY, Findings
from bot.audit.waivers import Waiver

NAMED = 5


class Verdict(Enum):
    """What an audit says, and the exit code that says so."""

    CLEAN = ("clean", 0)
    VULNERABLE = ("vulnerable", 1)
    NOT_AUDITED = ("not audited", 2)

    @property
    def exit_code(self) -> int:
        """The code that the process ends with."""
        return self.value[1]

    def __str__(self) -> str:
        return self.value[0]


@dataclass(frozen=True)
class Judgement:
    """A verdict, why, and the advisories that are waived."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()


def judge(findings: Findings, locked: Mapping[str, str], waivers: Sequence[Waiver], today: date) -> Judgement:
    """Return the verdict on what was found.

    What is vulnerable is never hidden by what could not be looked at; what could not be looked at is never clean.
    """
    found: list[str] = []
    waived: list[str] = []
    valid = [waiver for waiver in waivers if waiver.decided <= today <= waiver.expires]
    for package in findings.dependencies:
        if package.key == CONTROL or not package.is_audited:
            continue
        for advisory in package.vulns or ():
            line = f"{package.key} {package.version}: {', '.join(advisory.ids)}"
            if any(waiver.covers(package.key, package.version or "", advisory.ids) for waiver in valid):
                waived.append(line)
            else:
                found.append(f"{line}; fixed in {', '.join(advisory.fix_versions) or 'no release'}")
    gaps = _gaps(findings, locked)
    verdict = Verdict.VULNERABLE if found else Verdict.NOT_AUDITED if gaps else Verdict.CLEAN
    return Judgement(verdict, (*found, *gaps), tuple(waived))


def _gaps(findings: Findings, locked: Mapping[str, str]) -> list[str]:
    """Return why the findings say less than they seem to: the control not found, packages that nobody looked at."""
    audited = {package.key: package for package in findings.dependencies if package.is_audited}
    reasons = {package.key: package.skip_reason for package in findings.dependencies if package.skip_reason}
    control = audited.get(CONTROL)
    gaps = []
    if control is None or not any(CONTROL_ADVISORY in advisory.ids for advisory in control.vulns or ()):
        why = reasons.get(CONTROL, f"{CONTROL_ADVISORY} was not among its advisories")
        gaps.append(f"the control {CONTROL} was not found vulnerable: {why}")
    skipped = [name for name in locked if name in reasons]
    if skipped:
        gaps.append(f"{len(skipped)} of {len(locked)} packages were skipped: {_some(skipped)}: {reasons[skipped[0]]}")
    asked = {(name, package.version) for name, package in audited.items()}
    left_out = [name for name, version in locked.items() if name not in reasons and (name, version) not in asked]
    if left_out:
        gaps.append(f"{len(left_out)} of {len(locked)} packages were not asked about as locked: {_some(left_out)}")
    return gaps


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
