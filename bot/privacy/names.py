"""Find persons' names in Latin letters: by what stands beside them, the list of names, and spaCy's judgement together.

None of the three is enough alone: the model takes "Hysteroscopy" for a person, the list holds "Rose" and "May", and
patients write "im priya". Which words are cues is data (`data/privacy/cues.yml`); only how they weigh is here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts
from spacy.lang.en.stop_words import STOP_WORDS

from bot.privacy.vocabulary import Likeness, Vocabulary, fold

NAME = "NAME"
PERSON = "PERSON"
PLACE = "PLACE"
LETTER = r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"
TOKEN = re.compile(rf"(?<![\w@.])(?:[OD]['\u2019](?={LETTER}))?{LETTER}+(?:-{LETTER}+)*")
SENTENCE_START = re.compile(r"(?:^|[\n.!?:;\"\u201c\u2014(])[ \t\-\u2013*]*$")
NAME_ENDS = re.compile(r"[ \t]*(?:$|[\n,.!?;:)(\u2013\u2014\"/]|- |and\b|from\b|here\b|again\b|['\u2019]s\b)")
AGE_AFTER = re.compile(r"[ \t]*(?:,?[ \t]*\(?\d\d(?!\d)|\(|[.!]?[ \t]*(?:\n|$)|;)")
CAPITAL = re.compile(rf"(?!{LETTER}+(?<=[A-Z][A-Z])s?$)(?:[OD]['\u2019]|Ma?c)?[^\W\d_a-z](?:[^\W\d_A-Z]|$|-)")
LISTED_AFTER = re.compile(r"[ \t]*(?:[,:;(\u2013\u2014]|- |\n|$|\d)")
LINE_END = re.compile(r"[ \t.!,]*(?:\n|$)")
JOINT = re.compile(r"[ \t]{1,2}|\.[ \t]?|-")
SYLLABLE = re.compile(
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uan|uai|ai|ei|ao|ou|an|en|er|in|un|ia|ie|iu|ua|ue|ui|uo|[aeiouv])"
)
SYLLABLES = re.compile(rf"(?:{SYLLABLE.pattern}){{1,2}}")
LONGEST_NAME = 5  # words
KEPT_WORDS = 8192
SHORTEST = 3  # letters of a listed name that stands without a cue


@dataclass(slots=True)
class Token:
    """A word in a message. Units: characters."""

    start: int
    end: int
    word: str
    likeness: Likeness
    given: bool
    capital: bool
    small: bool
    letters: bool  # all capitals in a text that is not, as abbreviations are


@dataclass(frozen=True)
class Cues:
    """Patterns of what stands before or after names, and the parts of names."""

    before: Mapping[str, re.Pattern[str]]
    after: re.Pattern[str]
    thing: re.Pattern[str]
    deeds: re.Pattern[str]
    places: frozenset[str]
    particles: frozenset[str]
    titles: frozenset[str]
    sure_titles: frozenset[str]
    kin: frozenset[str]
    greetings: frozenset[str]
    self_said: frozenset[str]


def build_cues(words: Mapping[str, Sequence[str]]) -> Cues:
    """Return the patterns of the cues that the data lists."""
    links = {
        "named": r"[ \t]*(?:[:=\-\u2013][ \t]*)?",
        "who": r"[ \t]+(?:(?:called|named)[ \t]+)?|[ \t]*:[ \t]*",
        "titles": r"[ \t]+",
        "short_titles": r"\.[ \t]*",
        "kin": r"(?:[ \t]*,[ \t]*|[ \t]+(?:is[ \t]+|called[ \t]+|named[ \t]+|:[ \t]*)?)",
        "greetings": r"[ \t]*,?[ \t]+",
        "closings": r"(?:[ \t]*[,.!]?[ \t]*\n+[ \t]*|[ \t]*[,.][ \t]*|[ \t]+)",
    }
    before = {kind: re.compile(rf"(?<!\w){_any(words[kind])}(?:{link})(?=\w)", re.I) for kind, link in links.items()}
    after = re.compile(r"[ \t]*(?:" + _any(words["after"]) + r")(?!\w)", re.I)
    thing = re.compile(r"(?:['\u2019]s?)?[ \t\-]+" + _any(words["things"]) + r"(?!\w)", re.I)
    sets = (
        frozenset(map(fold, words[kind]))
        for kind in ("places", "particles", "titles", "sure_titles", "kin", "greetings", "self_said")
    )
    deeds = re.compile(r"(?:[ \t]+|(?=['\u2019]))" + _any(words["deeds"]) + r"(?!\w)", re.I)
    return Cues(before, after, thing, deeds, *sets)


class NameRecognizer(EntityRecognizer):
    """Presidio's recogniser of names in Latin letters."""

    def __init__(self, vocabulary: Vocabulary, cues: Cues) -> None:
        """Keep what is needed; nothing is loaded later."""
        self.vocabulary, self.cues = vocabulary, cues
        self._plain: dict[str, tuple[Likeness, bool, bool]] = {}
        super().__init__(supported_entities=[NAME], name="NameRecognizer", supported_language="en")

    def load(self) -> None:
        """Do nothing: all is passed in."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Return where names stand."""
        del entities
        reading = _read(text, self._weigh, nlp_artifacts)
        found: set[int] = set()
        for start in self._starts(reading):
            found.update(self._whole(reading, start))
        for at in range(2, len(reading.tokens)):
            if at - 2 in found and self._is_other_of_two(reading, at):
                found.update(self._whole(reading, at))
        return [
            RecognizerResult(NAME, reading.tokens[first].start, reading.tokens[last].end, 1.0)
            for first, last in _runs(reading, sorted(found))
        ]

    def needs_model(self, text: str) -> bool:
        """Tell whether the model's judgement can matter: a word with a capital may be a name."""
        return any(
            _is_capital(match.group()) and self.vocabulary.likeness(match.group()) >= Likeness.UNKNOWN
            for match in TOKEN.finditer(text)
        )

    def _weigh(self, word: str) -> tuple[Likeness, bool, bool]:
        """Return how far a word is a name, whether it is a given name, and whether it may stand in small letters.

        Words that are no name are weighed once; of what may be one nothing stays in memory.
        """
        weight = self._plain.get(word)
        if weight is None:
            weight = self._weight(word)
            if weight[0] == Likeness.NONE and not weight[1] and len(self._plain) < KEPT_WORDS:
                self._plain[word] = weight
        return weight

    def _weight(self, word: str) -> tuple[Likeness, bool, bool]:
        folded = fold(word)
        small = self.vocabulary.is_written_small(word)
        if folded in self.cues.titles or folded in self.cues.kin or folded in self.cues.greetings:
            return Likeness.NONE, False, small
        return self.vocabulary.likeness(word), self.vocabulary.is_given(word), small

    def _starts(self, reading: "Reading") -> Iterator[int]:
        for kind, pattern in self.cues.before.items():
            for match in pattern.finditer(reading.text):
                at = reading.at.get(match.end())
                if at is not None and self._fits(kind, match.group(), reading, at):
                    yield at
        for at, token in enumerate(reading.tokens):
            if self._stands_alone(reading, at, token):
                yield at

    def _fits(self, kind: str, cue: str, reading: "Reading", at: int) -> bool:
        """Tell whether the word after a cue is a name."""
        token = reading.tokens[at]
        likeness, listed = token.likeness, token.likeness >= Likeness.LIKELY
        if token.letters:
            return listed and (kind in ("named", "titles", "short_titles") or fold(cue.strip()) in self.cues.self_said)
        if kind == "named":
            bare = cue.strip().lower() in ("name", "my name", "signed")
            if likeness == Likeness.NONE:
                return token.capital and token.given and not bare
            return likeness >= Likeness.LIKELY or token.capital if bare else True
        if kind == "closings":
            ends = bool(LINE_END.match(reading.text, reading.tokens[self._last(reading, at)].end))
            return ends and likeness > Likeness.NONE and (token.capital or (listed and token.given))
        if kind.endswith("titles"):
            sure = cue.strip().rstrip(".").lower() in self.cues.sure_titles
            return likeness > Likeness.NONE if token.capital else listed or (sure and likeness == Likeness.UNKNOWN)
        if likeness == Likeness.DOUBTFUL or (likeness == Likeness.NONE and token.given):
            ends = bool(NAME_ENDS.match(reading.text, token.end))
            strong = kind == "kin" or likeness == Likeness.DOUBTFUL
            return token.capital and token.given and strong and (ends or kind == "kin") and not reading.is_place(at)
        if token.capital:
            last = reading.tokens[self._last(reading, at)]
            ends = (token.given and kind == "kin") or bool(NAME_ENDS.match(reading.text, last.end))
            return likeness > Likeness.NONE and (ends or likeness == Likeness.SURE or not reading.is_place(at))
        if kind == "who" and likeness == Likeness.UNKNOWN and fold(cue.strip()) in self.cues.self_said:
            return bool(NAME_ENDS.match(reading.text, token.end)) and self.vocabulary.is_strange(token.word)
        goes_on = self._last(reading, at) > at
        return listed and not token.small and (token.given or goes_on) and len(token.word) >= SHORTEST

    def _stands_alone(self, reading: "Reading", at: int, token: Token) -> bool:
        """Tell whether a word is a name without a cue before it."""
        if token.letters:
            return False
        begins = reading.begins_sentence(at)
        if begins and self.cues.after.match(reading.text, reading.tokens[self._last(reading, at)].end):
            named = self._may_be_named(token)
            if named and (token.given or token.likeness != Likeness.DOUBTFUL):
                return True
        if token.capital and self._is_chinese(reading, at):
            return True
        if not token.capital or len(token.word) < SHORTEST or self._after_place_word(reading, at):
            return False
        if token.likeness == Likeness.UNKNOWN:
            return self._is_strange_name(reading, at, token, begins)
        if token.likeness < Likeness.LIKELY or self.cues.thing.match(reading.text, token.end):
            return False
        listed_after = bool(token.given and LISTED_AFTER.match(reading.text, token.end))
        if self.cues.deeds.match(reading.text, token.end) and (token.given or token.likeness == Likeness.SURE):
            return True
        if (
            reading.is_place(at)
            and not (begins and listed_after)
            and not (token.given and token.likeness == Likeness.SURE)
        ):
            return False
        if self._beside_another(reading, at) or (not begins and self._before_unknown(reading, at)):
            return True
        if token.likeness == Likeness.SURE and token.given:
            return True
        if token.given and (not begins or listed_after):
            return True
        return at in reading.persons and token.given

    def _is_strange_name(self, reading: "Reading", at: int, token: Token, begins: bool) -> bool:
        """Tell whether an unknown word stands as a name does: a person's deeds after it, or alone before a comma."""
        if self._two_unknown(reading, at):
            return True
        if len(token.word) <= SHORTEST or (begins and not self.vocabulary.is_strange(token.word)):
            return False
        end = reading.tokens[self._last(reading, at)].end
        listed = begins and AGE_AFTER.match(reading.text, end)
        return bool(listed or self.cues.deeds.match(reading.text, end) or self._beside_another(reading, at))

    @staticmethod
    def _is_other_of_two(reading: "Reading", at: int) -> bool:
        """Tell whether "and" stands between a word and the one before, and it may be a name."""
        token = reading.tokens[at]
        joined = reading.joined(at - 2, at - 1) and reading.joined(at - 1, at)
        return (
            joined and reading.tokens[at - 1].word.lower() == "and" and token.capital and token.likeness > Likeness.NONE
        )

    def _is_chinese(self, reading: "Reading", at: int) -> bool:
        """Tell whether a word and the next are a Chinese name in Latin letters: a listed surname, then syllables."""
        if at + 1 >= len(reading.tokens) or not reading.joined(at, at + 1):
            return False
        surname, given = reading.tokens[at], reading.tokens[at + 1]
        words = fold(surname.word) in self.vocabulary.family and SYLLABLES.fullmatch(fold(given.word))
        strange = max(surname.likeness, given.likeness) != Likeness.NONE and given.word.lower() not in STOP_WORDS
        known = Likeness.DOUBTFUL in (surname.likeness, given.likeness) and not (surname.likeness >= Likeness.LIKELY)
        return bool(words and SYLLABLE.fullmatch(fold(surname.word)) and given.capital and strange and not known)

    @staticmethod
    def _two_unknown(reading: "Reading", at: int) -> bool:
        """Tell whether the model took this word and the next, both unknown and with capitals, for one person."""
        if not {at, at + 1} <= reading.persons or not reading.joined(at, at + 1):
            return False
        return reading.tokens[at + 1].capital and reading.tokens[at + 1].likeness >= Likeness.UNKNOWN

    @staticmethod
    def _before_unknown(reading: "Reading", at: int) -> bool:
        """Tell whether an unknown word with a capital stands right before or after."""
        return any(
            min(pair) >= 0
            and max(pair) < len(reading.tokens)
            and reading.joined(*pair)
            and reading.tokens[other].capital
            and reading.tokens[other].likeness == Likeness.UNKNOWN
            for pair, other in (((at, at + 1), at + 1), ((at - 1, at), at - 1))
        )

    def _may_be_named(self, token: Token) -> bool:
        if token.likeness == Likeness.UNKNOWN:
            return token.capital and self.vocabulary.is_strange(token.word)
        return token.likeness > Likeness.NONE and (token.capital or token.likeness >= Likeness.LIKELY)

    def _beside_another(self, reading: "Reading", at: int) -> bool:
        """Tell whether the next word or the one before is a listed name too."""
        return any(
            reading.joined(first, second)
            and reading.tokens[other].capital
            and reading.tokens[other].likeness >= Likeness.LIKELY
            and (reading.tokens[at].given or reading.tokens[other].given)
            for first, second, other in ((at, at + 1, at + 1), (at - 1, at, at - 1))
            if 0 <= other < len(reading.tokens)
        )

    def _after_place_word(self, reading: "Reading", at: int) -> bool:
        before = reading.tokens[at - 1] if at else None
        joined = before is not None and reading.joined(at - 1, at)
        return bool(before and joined and fold(before.word) in self.cues.places and before.word.islower())

    def _whole(self, reading: "Reading", at: int) -> range:
        """Return all words of the name that a word belongs to."""
        first = at
        while first and at - first < LONGEST_NAME and self._belongs(reading, first - 1, first):
            first -= 1
        return range(first, self._last(reading, at) + 1)

    def _last(self, reading: "Reading", at: int) -> int:
        last = at
        while last + 1 < len(reading.tokens) and last - at < LONGEST_NAME and reading.joined(last, last + 1):
            token, before = reading.tokens[last + 1], reading.tokens[last]
            if fold(token.word) in self.cues.particles and self._goes_on_after(reading, last + 1):
                last += 2
            elif self._is_part(token, before):
                last += 1
            else:
                break
        return last

    def _goes_on_after(self, reading: "Reading", at: int) -> bool:
        if at + 1 >= len(reading.tokens) or not reading.joined(at, at + 1):
            return False
        return self._is_part(reading.tokens[at + 1], reading.tokens[at]) and (
            reading.tokens[at + 1].capital or reading.tokens[at + 1].likeness >= Likeness.LIKELY
        )

    def _belongs(self, reading: "Reading", at: int, after: int) -> bool:
        token = reading.tokens[at]
        if fold(token.word) in self.cues.titles or not reading.joined(at, after) or not token.capital:
            return False
        if reading.begins_sentence(at) and token.likeness < Likeness.LIKELY:
            return self.vocabulary.is_strange(token.word)
        return token.likeness >= Likeness.UNKNOWN and len(token.word) > 1

    @staticmethod
    def _is_part(token: Token, before: Token) -> bool:
        """Tell whether a word goes on with the name that the word before ends with."""
        if token.capital or (token.letters and before.letters):
            return token.likeness > Likeness.NONE
        return (
            not before.capital
            and not token.letters
            and token.likeness in (Likeness.UNKNOWN, Likeness.LIKELY, Likeness.SURE)
        )


@dataclass(frozen=True)
class Reading:
    """A message as words, with what the model took for persons and for other names."""

    text: str
    tokens: Sequence[Token]
    persons: frozenset[int]
    places: frozenset[int]
    others: frozenset[int]
    at: Mapping[int, int] = field(default_factory=dict)

    def joined(self, first: int, second: int) -> bool:
        """Tell whether nothing but a space, a hyphen or the point of an initial stands between two words."""
        between = self.text[self.tokens[first].end : self.tokens[second].start]
        return bool(JOINT.fullmatch(between)) and (not between.startswith(".") or len(self.tokens[first].word) == 1)

    def begins_sentence(self, at: int) -> bool:
        """Tell whether a word begins a sentence or a line."""
        start = self.tokens[at].start
        return bool(SENTENCE_START.search(self.text, max(0, start - 8), start))

    def is_place(self, at: int) -> bool:
        """Tell whether the model took a word for a place, or one that is no given name for an institution."""
        return at in self.places or (at in self.others and not self.tokens[at].given)


def _read(text: str, weigh: Callable[[str], tuple[Likeness, bool, bool]], artifacts: NlpArtifacts) -> Reading:
    shouting = not any(character.islower() for character in text)
    tokens = []
    for match in TOKEN.finditer(text):
        word = match.group()
        likeness, given, small = weigh(word)
        letters = not shouting and len(word) > 1 and word.isupper()
        capital = not shouting and _is_capital(word)
        tokens.append(Token(match.start(), match.end(), word, likeness, given, capital, small, letters))
    at = {token.start: number for number, token in enumerate(tokens)}
    persons, places, others = set[int](), set[int](), set[int]()
    for entity in artifacts.entities:
        inside = {at[start] for start in range(entity.start_char, entity.end_char) if start in at}
        (persons if entity.label_ == PERSON else places if entity.label_ == PLACE else others).update(inside)
    return Reading(text, tokens, frozenset(persons), frozenset(places), frozenset(others), at)


def _is_capital(word: str) -> bool:
    return bool(CAPITAL.match(word))


def _runs(reading: Reading, found: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Return the first and last word of each run of words that are joined."""
    ends = [at for at in found if at + 1 not in found or not reading.joined(at, at + 1)]
    starts = [at for at in found if at - 1 not in found or not reading.joined(at - 1, at)]
    return zip(starts, ends, strict=True)


def _any(words: Iterable[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"[ \t]+") for word in longest_first) + ")"
