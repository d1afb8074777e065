"""`make audit` and `make sbom`: look, say the verdict, end with its exit code."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bot.audit.judge import Judgement, Verdict, judge
from bot.audit.lock import LOCK, BadLock, locked_versions
from bot.audit.look import TOOL, NotLooked, Service, look
from bot.audit.sbom import SBOM, NoSbom, write_sbom
from bot.audit.waivers import WAIVERS, read_waivers, waiver_problems


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments ask; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.audit")
    parser.add_argument("what", choices=["vulnerabilities", "sbom"])
    parser.add_argument("--osv-url", help="ask this OSV service instead of the registry")
    parser.add_argument(
        "--go-on-when-not-audited", action="store_true", help="end with 0 where nobody could look; still said as such"
    )
    options = parser.parse_args(arguments)
    if options.what == "sbom":
        return make_sbom()
    judgement, problems = audit(Service(options.osv_url), date.today())
    say(judgement, problems)
    if problems:
        return Verdict.VULNERABLE.exit_code
    goes_on = options.go_on_when_not_audited and judgement.verdict is Verdict.NOT_AUDITED
    return 0 if goes_on else judgement.verdict.exit_code


def audit(
    service: Service, today: date, lock: Path = LOCK, waivers: Path = WAIVERS, tool: Path = TOOL
) -> tuple[Judgement, list[str]]:
    """Return the verdict on the locked packages, and what is wrong with the waivers."""
    try:
        locked = locked_versions(lock)
    except BadLock as error:
        return Judgement(Verdict.NOT_AUDITED, (str(error),)), []
    problems = list(waiver_problems(locked, today, waivers))
    try:
        findings = look(service, lock, tool)
    except NotLooked as error:
        return Judgement(Verdict.NOT_AUDITED, (str(error),)), problems
    return judge(findings, locked, read_waivers(waivers)[0], today), problems


def say(judgement: Judgement, problems: Sequence[str]) -> None:
    """Write a verdict, why, and what is wrong with the waivers, for people."""
    out = sys.stdout.write
    out("".join(f"waived: {line}\n" for line in judgement.waived))
    out("".join(f"{line}\n" for line in (*judgement.reasons, *problems)))
    if problems:
        out(f"AUDIT: {len(problems)} problems with the waivers\n")
    if judgement.verdict is Verdict.NOT_AUDITED:
        out("AUDIT: NOT AUDITED. Nobody could look for known vulnerabilities everywhere; there may be some.\n")
    else:
        out(f"AUDIT: {judgement.verdict}\n")


def make_sbom() -> int:
    """Write the list of what is locked and say how long it is."""
    try:
        count = write_sbom()
    except (NoSbom, BadLock) as error:
        sys.stdout.write(f"no SBOM: {error}\n")
        return 1
    sys.stdout.write(f"{SBOM.parent.name}/{SBOM.name}: {count} packages, valid CycloneDX\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
