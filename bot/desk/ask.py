"""Ask: the clerk types what the patient says on the phone, and reads the answer out.

Each caller is a talk of her own; nothing of it counts as a patient's, and it is deleted as any conversation is.
"""

import asyncio
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from babel import Locale
from babel.dates import format_date, get_day_names
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError

from bot.ask_rasa import RasaAway
from bot.clock import moment_at
from bot.dates.ask import day_in_words
from bot.dates.picture import Mark, Picture, picture_of
from bot.desk.access import Visitor, allowed
from bot.desk.talks import CHANNEL, BadTalk, Talks, open_talks
from bot.desk.why import Why, why_of
from bot.leaflet.link import MEDIA_TYPE
from bot.messages import MOST_CHARACTERS, EmptyMessage, LongMessage, clean
from bot.opening import opening_of
from bot.records.conversations import BrokenEvents, Conversations
from bot.reply import Dates, File, Reply
from bot.safety.signs import read_signs
from bot.sent import Sent
from bot.settings import Phone
from bot.told import Told

if TYPE_CHECKING:
    from bot.desk.app import Desk

MOST_CHOICES = 9  # one key each
CALENDAR = "text/calendar"
LEGEND: Mapping[Mark, str] = {
    "bleeding": "Bleeding, as she told it",
    "expected": "Bleeding, expected",
    "window": "Days for the test",
    "open": "Of these, days on which we are open",
    "ovulation": "Ovulation, likely (a rough guess)",
    "procedure": "The test",
    "not_before": "Not before",
    "free_from": "Free from",
}
WrittenId = Annotated[int | None, Query(alias="for", ge=1, le=2**62)]
log = logging.getLogger("bot.desk.ask")


class NotAsked(Exception):
    """What was typed cannot be asked or was not answered; the message says why, `status` is that of the answer."""

    def __init__(self, status: int, message: str, *, is_away: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.is_away = is_away


@dataclass(frozen=True)
class Choice:
    """A button with what the patient may say next, and the key that presses it, where one does."""

    title: str
    message: str
    key: str = ""


@dataclass(frozen=True)
class Shown:
    """A reply as the page shows it. `plain` is what is copied: the text with its sources."""

    reply: Reply
    plain: str
    choices: tuple[Choice, ...]
    leaflet: File | None
    calendar: File | None
    picture: Picture | None
    phones: tuple[Phone, ...]

    @property
    def to_send(self) -> str:
        """What is sent to the chat: as what is copied; without the sources where that would be too long."""
        return self.plain if len(self.plain) <= MOST_CHARACTERS else self.reply.text[:MOST_CHARACTERS]


@dataclass(frozen=True)
class Turn:
    """What was typed and what came back: urgent things first."""

    id: str
    text: str
    replies: tuple[Shown, ...]
    why: Why | None

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows that the replies were taken from."""
        return tuple(dict.fromkeys(row for one in self.replies for row in one.reply.rules))


def ask_router(desk: "Desk") -> APIRouter:
    """Return the pages of Ask; it is the desk's first page."""
    router = APIRouter()
    talks = open_talks(desk.settings.secret_file)
    asker = _Asker(desk, _names_of_signs())

    def page(request: Request, visitor: Visitor, hand_off: int | None, status: int = 200, **shown: Any) -> Response:
        context = {
            "talk": talks.new(visitor.user.name),
            "hand_off": hand_off,
            "most_characters": MOST_CHARACTERS,
            "turns": (),
            "text": "",
            "path": "/desk/ask",
            **asker.words,
        }
        return desk.page(request, "ask.html", visitor, status, **(context | shown))

    @router.get("/")
    @router.get("/ask")
    def show(
        request: Request, visitor: Annotated[Visitor, Depends(allowed("ask"))], hand_off: WrittenId = None
    ) -> Response:
        return page(request, visitor, hand_off)

    @router.post("/ask")
    async def ask(
        request: Request,
        visitor: Annotated[Visitor, Depends(allowed("ask"))],
        text: Annotated[str, Form()] = "",
        choice: Annotated[str, Form()] = "",
        talk: Annotated[str, Form()] = "",
        hand_off: Annotated[int | None, Form(alias="for", ge=1, le=2**62)] = None,
    ) -> Response:
        is_part = "hx-request" in request.headers
        try:
            turn = await asker.ask(choice or text, _opened(talks, talk, visitor))
        except NotAsked as problem:
            shown = {"problem": problem.message, "is_away": problem.is_away, **asker.words}
            if is_part:
                answer = desk.page(request, "ask_problem.html", visitor, problem.status, **shown)
                answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#problem", "innerHTML"
                return answer
            return page(request, visitor, hand_off, problem.status, text=text, talk=talk, **shown)
        if is_part:
            return desk.page(request, "ask_turn.html", visitor, turn=turn, hand_off=hand_off, **asker.words)
        return page(request, visitor, hand_off, talk=talk, turns=(turn,))

    return router


@cache
def _names_of_signs() -> Mapping[str, str]:
    """Return what each warning sign is called, by its id; read once."""
    return {sign.id: sign.name for sign in read_signs().signs}


@dataclass(frozen=True)
class _Asker:
    """Asks the assistant and makes its replies ready to be shown. `signs` are the names of warning signs by id."""

    desk: "Desk"
    signs: Mapping[str, str]

    @property
    def words(self) -> dict[str, Any]:
        """What every part of the page needs: the clinic's numbers, and how it writes days."""
        clinic = self.desk.settings.clinic
        first = self._locale.first_week_day
        names = {width: get_day_names(width, locale=self._locale) for width in ("wide", "abbreviated")}
        return {
            "phones": clinic.phones,
            "emergency_number": clinic.emergency_number,
            "legend": LEGEND,
            "weekdays": [(names["wide"][at % 7], names["abbreviated"][at % 7]) for at in range(first, first + 7)],
            "day_in_words": lambda day: day_in_words(day, clinic.locale),
            "month_in_words": lambda day: format_date(day, "LLLL yyyy", locale=self._locale),
        }

    async def ask(self, text: str, talk: str) -> Turn:
        """Return what the assistant says to a text.

        Raises:
            NotAsked: it is empty or too long, or the assistant is away.
        """
        cleaned = _cleaned(text)
        sent = Sent(conversation=talk, address="", text=cleaned, message_id=uuid.uuid4().hex, channel=CHANNEL)
        try:
            async with asyncio.timeout(self.desk.settings.deadlines.reply):
                replies = await self.desk.rasa.ask(sent, await asyncio.to_thread(self.desk.mask, cleaned))
        except (RasaAway, TimeoutError) as error:
            log.warning("no answer: %s", type(error).__name__)
            raise NotAsked(503, "The assistant cannot be reached. What you typed is kept.", is_away=True) from error
        return await asyncio.to_thread(self._turn, sent, replies)

    def _turn(self, sent: Sent, replies: Sequence[Reply]) -> Turn:
        why = self._why(sent)
        urgent_first = sorted(replies, key=lambda reply: reply.kind != "urgent")
        return Turn(sent.message_id, sent.text, tuple(self._shown(reply, why) for reply in urgent_first), why)

    def _why(self, sent: Sent) -> Why | None:
        """Return why it was answered so; null where the records are away, which keeps no answer back."""
        try:
            events = Conversations(self.desk.records).latest_events(sent.conversation)
        except (SQLAlchemyError, BrokenEvents) as error:
            log.warning("no reasons: %s", type(error).__name__)
            return None
        return why_of(events, sent.message_id, self.desk.wording, self.signs)

    def _shown(self, reply: Reply, why: Why | None) -> Shown:
        wording, clinic = self.desk.wording, self.desk.settings.clinic
        files = {file.type: file for file in reply.files}
        return Shown(
            reply=reply,
            plain=reply.plain_text(wording.sentences["utter_source"]),
            choices=_choices(reply, but=wording.say("utter_person_button")),
            leaflet=files.get(MEDIA_TYPE) or self._leaflet(reply),
            calendar=files.get(CALENDAR),
            picture=self._picture(reply.dates, why) if reply.dates else None,
            phones=opening_of(clinic).phones_at(moment_at(clinic)) if reply.kind in ("urgent", "handoff") else (),
        )

    def _picture(self, dates: Dates, why: Why | None) -> Picture | None:
        told, conditions = (why.told, why.conditions) if why else (Told(), frozenset())
        return picture_of(
            told, dates, conditions, moment_at(self.desk.settings.clinic).date(), self._locale.first_week_day
        )

    @property
    def _locale(self) -> Locale:
        return Locale.parse(self.desk.settings.clinic.locale, sep="-")

    def _leaflet(self, reply: Reply) -> File | None:
        if reply.procedure is None or reply.kind not in ("answer", "dates"):
            return None
        title = self.desk.wording.say(
            "utter_leaflet_title", procedure=self.desk.wording.procedure_name(reply.procedure)
        )
        return File(title=title, type=MEDIA_TYPE, url=f"/leaflets/{reply.procedure.value}.pdf")


def _opened(talks: Talks, token: str, visitor: Visitor) -> str:
    try:
        return talks.open(token, visitor.user.name)
    except BadTalk as error:
        raise NotAsked(403, "This page is too old. Press “Start again”; what you typed is kept.") from error


def _cleaned(text: str) -> str:
    try:
        return clean(text)
    except EmptyMessage as error:
        raise NotAsked(400, "Type what the patient says.") from error
    except LongMessage as error:
        raise NotAsked(400, f"Too long: {error}.") from error


def _choices(reply: Reply, but: str) -> tuple[Choice, ...]:
    """Return what she may say next, without the way to a person: she has one. What is asked back has keys.

    Where each choice begins with a digit of its own, as "5 days" does, that is its key.
    """
    buttons = [button for button in reply.buttons if button.title != but]
    if reply.kind != "ask":
        return tuple(Choice(button.title, button.message) for button in buttons)
    digits = [button.title.partition(" ")[0] for button in buttons]
    are_own = len(set(digits)) == len(digits) and all(len(one) == 1 and one in "123456789" for one in digits)
    keys = digits if are_own else [str(at) if at <= MOST_CHOICES else "" for at in range(1, len(buttons) + 1)]
    return tuple(Choice(button.title, button.message, key) for button, key in zip(buttons, keys, strict=True))
