"""Missed: what was not answered well, grouped by meaning, and what is made of each group with one press."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from bot.desk.access import Refused, Visitor, allowed
from bot.desk.groups import Group, group
from bot.examples import REGRESSION, is_fit
from bot.records.conversations import now_utc
from bot.records.missed import Missed, MissedQuestion
from bot.understanding.examples import OUT_OF_SCOPE, TOPIC_PREFIX

if TYPE_CHECKING:
    from bot.desk.app import Desk
    from bot.understanding.embed import Encoder, Vectors

MOST_SHOWN = 1000  # questions; the rest follows when these are handled
DIMENSIONS = 384
WHY = {
    "rejected": "declined",
    "unclear": "asked back",
    "not_covered": "no row",
    "corrected": "corrected by the patient",
    "voted_down": "voted as not helpful",
}
NOT_CHOSEN = (400, "Please choose at least one question.")
GONE = (409, "Somebody else has handled these questions meanwhile.")
Numbers = Annotated[list[int], Form()]


def missed_router(desk: "Desk") -> APIRouter:
    """Return the page of missed questions and what can be made of them."""
    router = APIRouter()
    missed = Missed(desk.records)
    topics = {topic.id: topic.label for topic in desk.wording.topics.values()}

    @router.get("/missed")
    def show(request: Request, visitor: Annotated[Visitor, Depends(allowed("missed"))], said: str = "") -> Response:
        examples = missed.examples()
        return desk.page(
            request,
            "missed.html",
            visitor,
            groups=_groups(desk, missed),
            waiting=missed.count_waiting(),
            topics=topics,
            why=WHY,
            new_examples=[one for one in examples if one.is_new],
            known_examples=sum(not one.is_new for one in examples),
            regression=REGRESSION.read_text(encoding="utf-8") if REGRESSION.is_file() else "",
            said={"taught": "Kept as examples.", "closed": "Put aside."}.get(said, ""),
        )

    @router.post("/missed/teach")
    def teach(
        visitor: Annotated[Visitor, Depends(allowed("missed"))],
        topic: Annotated[str, Form()] = "",
        question: Numbers = [],  # noqa: B006
        scope: Annotated[str, Form()] = "in",
    ) -> Response:
        """Make questions examples of a topic, or of what is out of scope."""
        if scope == "in" and topic not in topics:
            raise Refused(400, "Please choose a topic that there is.")
        intent = f"{TOPIC_PREFIX}{topic}" if scope == "in" else OUT_OF_SCOPE
        texts = _handled(missed, question, f"example of {intent}", visitor)
        added = missed.teach(intent, [text for text in texts if is_fit(text)], visitor.user.name, now_utc())
        desk.audit.note(visitor.user.name, "made training examples", intent, questions=len(texts), examples=added)
        return RedirectResponse("/desk/missed?said=taught", status_code=303)

    @router.post("/missed/draft", dependencies=[Depends(allowed("write"))])
    def draft(
        topic: Annotated[str, Form()] = "",
        procedure: Annotated[str, Form()] = "",
        question: Numbers = [],  # noqa: B006
    ) -> Response:
        """Begin a new row for what questions ask; they are handled when its draft is kept."""
        waiting = {one.id: one.text for one in missed.waiting(MOST_SHOWN) if one.id in question}
        if not waiting:
            raise Refused(*(GONE if question else NOT_CHOSEN))
        asked = [("topic", topic), ("procedure", procedure), ("text", waiting[max(waiting)])]
        asked += [("missed", str(number)) for number in sorted(waiting)]
        return RedirectResponse(f"/desk/table/new?{urlencode(asked)}", status_code=303)

    @router.post("/missed/close")
    def close(visitor: Annotated[Visitor, Depends(allowed("missed"))], question: Numbers = []) -> Response:  # noqa: B006
        """Put questions aside of which nothing is to be made."""
        texts = _handled(missed, question, "put aside", visitor)
        desk.audit.note(visitor.user.name, "put missed questions aside", questions=len(texts))
        return RedirectResponse("/desk/missed?said=closed", status_code=303)

    return router


def _handled(missed: Missed, numbers: Sequence[int], handled_as: str, visitor: Visitor) -> list[str]:
    """Mark questions as handled and return their texts.

    Raises:
        Refused: none was chosen, or others handled all of them meanwhile.
    """
    if not numbers:
        raise Refused(*NOT_CHOSEN)
    texts = missed.handle(numbers[:MOST_SHOWN], handled_as, visitor.user.name, now_utc())
    if not texts:
        raise Refused(*GONE)
    return texts


def _groups(desk: "Desk", missed: Missed) -> list[Group]:
    questions = missed.waiting(MOST_SHOWN)
    return group(questions, _vectors(desk, missed, questions))


def _vectors(desk: "Desk", missed: Missed, questions: Sequence[MissedQuestion]) -> "Vectors":
    """Return what questions mean; worked out once and kept. Shape: (number of questions, 384)."""
    unknown = [one for one in questions if one.vector is None]
    found = {one.id: one.vector for one in questions if one.vector is not None}
    if unknown:
        encoder = _encoder(desk)
        encoded = encoder.encode([one.text for one in unknown])
        new = {one.id: vector.astype(np.float32).tobytes() for one, vector in zip(unknown, encoded, strict=True)}
        missed.keep_vectors(new)
        found |= new
    if not questions:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    return np.stack([np.frombuffer(found[one.id], dtype=np.float32) for one in questions])


def _encoder(desk: "Desk") -> "Encoder":
    return _loaded(desk.settings.encoder_folder)


@cache
def _loaded(folder: Path | None) -> "Encoder":
    from bot.understanding.embed import load_encoder  # a runtime for models, for this page alone

    return load_encoder(folder)
