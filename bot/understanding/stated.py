"""Tell whether words in a message are said of herself, denied, asked or only supposed, by the function words nearby.

A clause ends at punctuation and at words such as "but"; messages are often written without any punctuation, so the
words next to a span count for more than the rest. Words in braces are the placeholders of the knowledge table.
"""

from collections.abc import Container
from itertools import pairwise

from spacy.tokens import Doc, Span


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DENIED_WITHIN_WORDS = 5
SUPPOSED_WITHIN_WORDS = 3
ME, MINE = "{me}", "{my_test}"
DENIALS = _set("no not n't nt never without neither nor dont havent isnt cannot")
ANSWERED_ON = _set("i we she my it they there {me} {it} {my_test}")
CLAUSE_WORDS = _set("but and because so if")
QUESTION_WORDS = _set("what when how which why where who whose whether")
SUPPOSING = _set("if once after before until untill till til unless whenever while suppose supposing case")
MODALS = _set("can could may might must shall should would will")
HELPERS = MODALS | _set("am is are was were do does did have has had")
ASKING_FIRST = (MODALS - {"will"}) | _set("do does did")
SUBJECTS = _set("{me} {my_test} {the_test} {it} they there my the this that she he you i we")
STANDING_ALONE = SUBJECTS | {"since"}
OPENINGS = _set(
    "hi hello hey yes yeah yep yea no nope ok okay well sorry doctor dr dear please pls thanks oh actually as that"
    " since now"
)
BETWEEN = _set(
    "been be being to just only already alredy also now finally actually still really even currently recently about"
    " supposed going today {today} {ahead} {date} both all"
)
HAVING = _set(
    "have has had having got get been be am is are was a an any the my known really actually longer more of to from"
    " with in on at ever even suffer suffering diagnosed told taking take currently now kind sort type such history"
    " other past previous problem problems or either too anymore it think allergic allergy"
)


def clause(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Return where the clause begins and ends that a stretch of words stands in. Units: words."""
    while start > 0 and not _ends_clause(doc, start - 1):
        start -= 1
    while end < len(doc) and not _ends_clause(doc, end):
        end += 1
    return start, end


def is_denied(span: Span) -> bool:
    """Tell whether one of the few words before a span, in the same clause, denies it."""
    return _denial(span) is not None


def is_clearly_denied(span: Span, listed: Container[int]) -> bool:
    """Tell whether a span is denied as a fact about herself: "I do not have ...", and not "can I not have it with ...".

    `listed` tells which words belong to such spans, since one denial may hold for several.
    """
    at = _denial(span)
    if at is None:
        return False
    if any(token.lower_ not in HAVING and token.i not in listed for token in span.doc[at + 1 : span.start]):
        return False
    return _is_plain(span.doc, at)


def is_told(span: Span) -> bool:
    """Tell whether a span is neither denied, nor asked, nor supposed ("when ...") by the words before it."""
    return _denial(span) is None and _is_plain(span.doc, span.start)


def is_said_of_herself(span: Span) -> bool:
    """Tell whether a span says something of herself: it begins a clause, or she or her procedure is its subject.

    The words just before it must neither ask ("have I had it"), nor suppose ("once I had it"), nor deny.
    """
    doc, at, first = span.doc, span.start, span[0].lower_
    while at > 0 and doc[at - 1].lower_ in BETWEEN | HELPERS | DENIALS | {ME}:
        at -= 1
    before = _words(doc, at, span.start)
    opener = doc[at - 1].lower_ if at > 0 else ""
    if opener in QUESTION_WORDS | SUPPOSING or DENIALS & set(before):
        return False
    if _inverts([*before, first]):
        return False
    begins = at == 0 or _ends_clause(doc, at - 1) or opener in OPENINGS
    if begins and before and before[0] in ASKING_FIRST:
        return False
    return (
        begins or ME in before or first in STANDING_ALONE or not {ME, MINE}.isdisjoint(token.lower_ for token in span)
    )


def is_beside_a_statement(span: Span) -> bool:
    """Tell whether the rest of the clause of a span says something of herself, and does not ask."""
    begin, end = clause(span.doc, span.start, span.end)
    while begin > 1 and span.doc[begin - 1].lower_ == "and":
        begin, _ = clause(span.doc, begin - 1, begin)
    if begin > 0 and span.doc[begin - 1].lower_ == "if":
        return False
    before, after = _words(span.doc, begin, span.start), _words(span.doc, span.end, end)
    said = before or after
    if not said:
        return span[0].lower_ == "{number}"
    hers = {ME, "my", "there"}
    if hers.isdisjoint(said) or (not before and after[0] not in hers):
        return False
    return not _asks(said) and (QUESTION_WORDS | SUPPOSING | MODALS).isdisjoint(said)


def _ends_clause(doc: Doc, at: int) -> bool:
    return bool(doc[at].is_punct) or doc[at].lower_ in CLAUSE_WORDS


def _denial(span: Span) -> int | None:
    """Return where the word stands that denies a span; "no" as an answer ("no I have it") does not. Units: words."""
    for token in reversed(span.doc[max(0, span.start - DENIED_WITHIN_WORDS) : span.start]):
        if token.is_punct or token.lower_ in CLAUSE_WORDS:
            return None
        if token.lower_ == "no" and span.doc[token.i + 1].lower_ in ANSWERED_ON:
            return None
        if token.lower_ in DENIALS:
            return int(token.i)
    return None


def _is_plain(doc: Doc, at: int) -> bool:
    """Tell whether the words of a clause that stand before a place neither ask nor suppose."""
    begin, _ = clause(doc, at, at + 1)
    nearest = _words(doc, max(begin - 1, at - SUPPOSED_WITHIN_WORDS, 0), at)
    return (QUESTION_WORDS | SUPPOSING).isdisjoint(nearest) and not _asks(_words(doc, begin, at))


def _asks(words: list[str]) -> bool:
    """Tell whether words begin as a question does, or a helping word stands before its subject."""
    return bool(words) and (words[0] in HELPERS | QUESTION_WORDS or _inverts(words))


def _inverts(words: list[str]) -> bool:
    return any(one in HELPERS and two in SUBJECTS for one, two in pairwise(words))


def _words(doc: Doc, start: int, end: int) -> list[str]:
    return [token.lower_ for token in doc[start:end]]
