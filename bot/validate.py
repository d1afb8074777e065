"""List every problem of data, domain and knowledge at once: `make validate`.

Reports also how hard each row is to read, and which rows are due for a new review. Rasa's own check is
`rasa data validate`.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from bot.audit.lock import locked_versions
from bot.audit.waivers import waiver_problems
from bot.files import ROOT, UnreadableFile, read_yaml
from bot.knowledge.check import find_problems
from bot.knowledge.read import read_knowledge
from bot.knowledge.readability import grades, hard_rows
from bot.knowledge.shapes import Knowledge, Row
from bot.safety.examples import BadExamples, read_labelled
from bot.safety.signs import BadSigns, read_signs, sources_of
from bot.settings import BadSetting, read_clinic
from bot.understanding.examples import OUT_OF_SCOPE, TOPIC_PREFIX, Example, read_examples
from bot.understanding.gate import UNCLEAR
from bot.understanding.understand import SEVERAL
from bot.wording import clinic_words, details_of, read_sentences

LEAST_EXAMPLES_A_TOPIC = 60
LEAST_OUT_OF_SCOPE = 400
MARKUP = re.compile(r"[\[\]]|\((asks|follows):|^/|\{\"")
DETAILS = {
    "messages",
    "noted",
    "details",
    "reference",
    *("topic", "topics", "procedure", "text", "told", "signs", "phones_now", "number", "count"),
    *("label", "version", "section", "page", "pages", "reviewer"),
    *("person", "place", "time"),
    *("day", "days", "first", "last", "second", "low", "high", "rule", "unit", "example"),
}


def main() -> int:
    """Print every problem; return 1 when there is one."""
    knowledge, _ = read_knowledge()
    out = sys.stdout.write
    found = sorted(grades(knowledge).items(), key=lambda one: -one[1])
    out("".join(f"reading grade {one:.1f}: {name}\n" for name, one in found))
    out(f"reading grade: median {median(one for _, one in found):.1f}, hardest {found[0][1]:.1f}, {len(found)} rows\n")
    due = overdue(knowledge, date.today())
    out("".join(f"due for review since {row.review_by}: {row.id}\n" for row in due))
    out(f"{len(due)} rows are due for review\n")
    problems = list(all_problems())
    out("".join(f"{problem}\n" for problem in problems))
    out(f"{len(problems)} problems\n" if problems else "No problems.\n")
    return 1 if problems else 0


def overdue(knowledge: Knowledge, today: date) -> list[Row]:
    """Return the rows that should have been reviewed again before a day; they are still told, and say so."""
    told = (row for row in knowledge.rows if row.status != "retired" and row.review_by < today)
    return sorted(told, key=lambda row: row.review_by)


def all_problems(root: Path = ROOT) -> Iterator[str]:
    """Yield every problem of the project's data, each as ``file: entry: what is wrong``."""
    data = root / "data"
    knowledge, unreadable = read_knowledge(data / "knowledge")
    yield from unreadable
    yield from find_problems(knowledge)
    yield from hard_rows(knowledge)
    yield from waiver_problems(locked_versions(), date.today(), data / "audit" / "waivers.yml")
    yield from sign_problems(knowledge, data)
    try:
        clinic = read_clinic(data / "clinic.yml")
        yield from sentence_problems(data / "responses", set(clinic_words(clinic)))
        yield from language_problems(knowledge, read_sentences(data / "responses"), data / "languages")
    except (BadSetting, UnreadableFile) as error:
        yield str(error)
    except (KeyError, TypeError, ValueError) as error:
        yield f"data/responses: {error!r}"
    try:
        yield from example_problems(knowledge, read_examples(data / "nlu"))
        yield from domain_problems(knowledge, read_yaml(root / "domain.yml"), _rules(data / "rules"), root)
    except (UnreadableFile, KeyError, TypeError) as error:
        yield f"data/nlu, data/rules or domain.yml: {error!r}"


def sign_problems(knowledge: Knowledge, data: Path) -> Iterator[str]:
    """Yield what is wrong with the warning signs: their file, names that stand nowhere else, labelled messages."""
    try:
        signs = read_signs(data / "knowledge")
        labelled = read_labelled(data / "signs")
    except (BadSigns, BadExamples, UnreadableFile) as error:
        yield from str(error).splitlines()
        return
    sources = {source.id for source in knowledge.sources}
    yield from (f"warning_signs.yml: unknown source {name}" for name in sorted(sources_of(signs) - sources))
    conditions = {condition.id for condition in knowledge.conditions}
    said = {sign.condition for sign in signs.signs if sign.condition}
    yield from (f"warning_signs.yml: unknown condition {name}" for name in sorted(said - conditions))
    used = {message.sign for message in labelled if message.sign}
    known = {sign.id for sign in signs.signs}
    yield from (f"data/signs/{name}.yml: no such sign in warning_signs.yml" for name in sorted(used - known))


def sentence_problems(folder: Path, known: set[str]) -> Iterator[str]:
    """Yield the fixed sentences that need a detail that nobody gives."""
    for name, sentence in read_sentences(folder).items():
        for detail in sorted(details_of(sentence) - known - DETAILS):
            yield f"data/responses: {name}: nobody gives {{{detail}}}"


def language_problems(knowledge: Knowledge, sentences: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Yield what is wrong with the words of other languages: topics without any, sentences unlike the English ones."""
    for path in sorted(folder.glob("*/wording.yml")):
        own, where = read_yaml(path), f"{path.parent.name}/wording.yml"
        for name, sentence in own["sentences"].items():
            if name not in sentences:
                yield f"{where}: {name}: is the name of no sentence"
            elif odd := details_of(sentence) ^ details_of(sentences[name]):
                yield f"{where}: {name}: other details than in English: {', '.join(sorted(odd))}"
        for kind, entries in (("topics", knowledge.topics), ("conditions", knowledge.conditions)):
            known = {entry.id for entry in entries}
            yield from (f"{where}: {kind}: {name} has no words" for name in sorted(known - own[kind].keys()))
            yield from (f"{where}: {kind}: {name} is unknown" for name in sorted(own[kind].keys() - known))


def example_problems(knowledge: Knowledge, examples: Sequence[Example]) -> Iterator[str]:
    """Yield topics with too few training sentences, sentences that stand twice, odd marks and other markup."""
    counts = Counter(example.intent for example in examples)
    topics = {f"{TOPIC_PREFIX}{topic.id}": LEAST_EXAMPLES_A_TOPIC for topic in knowledge.topics}
    for intent, least in (topics | {OUT_OF_SCOPE: LEAST_OUT_OF_SCOPE}).items():
        if counts[intent] < least:
            yield f"data/nlu/{intent}.yml: {counts[intent]} sentences, expected at least {least}"
    places: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        places[_folded(example.text)].append(example.intent)
        for problem in _mark_problems(example, topics.keys()):
            yield f"data/nlu/{example.intent}.yml: {example.text!r}: {problem}"
    for text, where in places.items():
        if len(where) > 1:
            yield f"data/nlu: {text!r} stands {len(where)} times: {', '.join(where)}"


def domain_problems(
    knowledge: Knowledge, domain: dict[str, Any], rules: list[dict[str, Any]], root: Path
) -> Iterator[str]:
    """Yield topics without an intent or a rule, intents with more than one rule, rules with an unknown action."""
    intents = set(domain["intents"])
    topics = {f"{TOPIC_PREFIX}{topic.id}" for topic in knowledge.topics}
    yield from (f"domain.yml: {name} is missing" for name in sorted(topics - intents))
    asked = {name for name in intents if name.startswith(TOPIC_PREFIX)}
    yield from (f"domain.yml: {name} is no topic of topics.yml" for name in sorted(asked - topics))
    ruled = Counter(step["intent"] for rule in rules for step in rule["steps"] if "intent" in step)
    yield from (f"data/rules: no rule for {name}" for name in sorted(intents - ruled.keys()))
    yield from (f"data/rules: {name} has {count} rules" for name, count in ruled.items() if count > 1)
    yield from (f"data/rules: unknown intent {name}" for name in sorted(ruled.keys() - intents - {UNCLEAR}))
    actions = {step["action"] for rule in rules for step in rule["steps"] if "action" in step}
    for action in sorted(actions):
        if action not in domain["actions"]:
            yield f"domain.yml: {action} is used by a rule and not declared"
        if not (root / "actions" / f"{action.removeprefix('action_')}.py").is_file():
            yield f"actions: no file for {action}"


def _mark_problems(example: Example, topics: Set[str]) -> Iterator[str]:
    """Yield what is wrong with the marks of a training sentence."""
    if MARKUP.search(example.text):
        yield "markup or an order, expected plain words"
    marked = [TOPIC_PREFIX + asked.topic for asked in example.asked]
    yield from (f"is marked as {name}, which is no topic of topics.yml" for name in marked if name not in topics)
    words = [example.text[asked.start : asked.end] for asked in example.asked]
    yield from (f"marks {part!r}, expected words without space around them" for part in words if part != part.strip())
    if len(marked) < 2 and example.intent == SEVERAL:
        yield f"{len(marked)} marks, expected at least 2"
    elif len(marked) > 1 and example.intent != SEVERAL:
        yield f"{len(marked)} marks, expected one or none"
    elif len(marked) == 1 and marked[0] in topics - {example.intent}:
        yield f"is marked as {marked[0]}"


def _rules(folder: Path) -> list[dict[str, Any]]:
    return [rule for path in sorted(folder.glob("*.yml")) for rule in read_yaml(path)["rules"]]


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip() or text


if __name__ == "__main__":
    sys.exit(main())
