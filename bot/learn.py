"""`make train`: train for the present data; where the desk has new sentences, learn them and measure before serving.

A candidate model is trained with the new sentences and both models are measured on the labelled questions. What is
gained and lost is printed and kept for the desk; only then, when told to, the sentences are published: from then on
they belong to the data that a model is trained from.
"""

import argparse
import logging
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.evaluation.kinds import read_labelled
from bot.evaluation.measure import assistant_at, measure_as, read_buttons
from bot.evaluation.messages import BadLines
from bot.examples import CANDIDATE, PUBLISHED, REGRESSION, Pair, is_fit, read_pairs, write_examples
from bot.files import ROOT
from bot.knowledge.check import check_knowledge
from bot.records.conversations import now_utc
from bot.records.missed import Missed
from bot.records.tables import open_records
from bot.serve import NotStarted, trained_model
from bot.settings import read_settings
from bot.wording import Wording, read_wording

QUESTIONS = (ROOT / "tests" / "nlu" / "held_out.jsonl", ROOT / "tests" / "safety" / "held_out.jsonl")
MOST_SECONDS = 30
log = logging.getLogger("learn")


@dataclass(frozen=True)
class Outcome:
    """How labelled questions did, by their texts: which are answered right, and which of them tell of warning signs."""

    right: Mapping[str, bool]
    urgent: frozenset[str]


@dataclass(frozen=True)
class Regression:
    """What a candidate does better and worse than the model before it. A lost warning sign forbids publishing."""

    questions: int
    before: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    lost_signs: tuple[str, ...]

    @property
    def may_be_published(self) -> bool:
        """Whether no warning sign is missed that was seen before, and no more is lost than gained."""
        return not self.lost_signs and len(self.lost) <= len(self.gained)

    def told(self) -> str:
        """Return it in words, each question that changed on a line of its own."""
        after = self.before + len(self.gained) - len(self.lost)
        lines = [f"Right of {self.questions} labelled questions: {self.before} before, {after} with the new sentences."]
        lines += [f"Gained ({len(self.gained)}):", *(f"  + {text}" for text in self.gained)]
        lines += [f"Lost ({len(self.lost)}):", *(f"  - {text}" for text in self.lost)]
        if self.lost_signs:
            lines += ["WARNING SIGNS THAT WOULD BE MISSED:", *(f"  ! {text}" for text in self.lost_signs)]
        return "\n".join(lines) + "\n"


def compare(before: Outcome, after: Outcome) -> Regression:
    """Return what changed between two models that were asked the same questions."""
    gained = tuple(text for text, right in after.right.items() if right and not before.right[text])
    lost = tuple(text for text, right in after.right.items() if not right and before.right[text])
    return Regression(
        questions=len(after.right),
        before=sum(before.right.values()),
        gained=gained,
        lost=lost,
        lost_signs=tuple(text for text in lost if text in after.urgent),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Train; return 1 where it failed, 2 where a file of questions cannot be used, 3 where nothing was published."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    parser = argparse.ArgumentParser(prog="python -m bot.learn", description=__doc__)
    parser.add_argument("--publish", choices=("ask", "yes", "no"), default="ask", help="the desk's new sentences")
    parser.add_argument("questions", nargs="*", type=Path, default=QUESTIONS, help="labelled questions to measure with")
    given = parser.parse_args(arguments)
    try:
        model = trained_model()
        log.info("%s", model)
        missed = Missed(open_records(read_settings().records_url))
        known = read_pairs(PUBLISHED)
        wished = {(one.intent, " ".join(one.text.split())) for one in missed.examples() if is_fit(one.text)}
        if wished <= known:
            return 0
        return _learn(known | wished, len(wished - known), model, given.questions, given.publish, missed)
    except NotStarted as error:
        log.error("%s", error)
        return 1
    except BadLines as error:
        log.error("%s", error)
        return 2


def _learn(pairs: set[Pair], count: int, model: Path, questions: Sequence[Path], publish: str, missed: Missed) -> int:
    """Train with the desk's sentences, measure, and publish where that is wished."""
    log.info("The desk has %d new sentences. They are learnt and measured before anything is published.", count)
    write_examples(CANDIDATE, pairs)
    candidate = trained_model(examples=CANDIDATE)
    wording = read_wording(check_knowledge(), read_settings().clinic)
    regression = compare(measure_model(model, questions, wording), measure_model(candidate, questions, wording))
    REGRESSION.write_text(regression.told(), encoding="utf-8")
    sys.stdout.write(regression.told())
    if not _is_wished(publish, regression):
        log.info("Not published; `make train PUBLISH=yes` publishes. The model that is served stays.")
        return 3
    shutil.move(CANDIDATE, PUBLISHED)
    missed.trained(pairs, now_utc())
    log.info("Published: %s. Start the Rasa servers again, one after the other, to serve it.", candidate)
    return 0


def measure_model(model: Path, questions: Sequence[Path], wording: Wording) -> Outcome:
    """Return how labelled questions do with a model, through the chat API of a stack that is started for it."""
    right: dict[str, bool] = {}
    urgent: set[str] = set()
    with (
        assistant_at(model=model) as (url, _),
        httpx.Client(base_url=url, timeout=MOST_SECONDS, trust_env=False) as client,
    ):
        for path in questions:
            kind, messages = read_labelled(path)
            for one in measure_as(kind.measured, client, messages, read_buttons(wording)):
                right[one.text] = one.is_right
                if one.must_be_urgent:
                    urgent.add(one.text)
    return Outcome(right, frozenset(urgent))


def _is_wished(publish: str, regression: Regression) -> bool:
    if regression.lost_signs:
        log.warning("A warning sign would be missed: this is not published.")
        return False
    if not regression.may_be_published:
        log.warning("More is lost than gained: only somebody who is asked and has read this can publish it.")
    if publish != "ask":
        return publish == "yes" and regression.may_be_published
    return sys.stdin.isatty() and input("Publish? [y/N] ").strip().lower() == "y"


if __name__ == "__main__":
    sys.exit(main())
