"""The conversations that wait for a person: the queue, one conversation as it goes on, and what a clerk does in it.

What she writes is passed to the patient where she is: in her page or through her messenger. The assistant is silent
meanwhile. Numbers to call are shown to who asks, and that is noted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.desk.access import Refused, Visitor, allowed
from bot.hand_over import count
from bot.knowledge.check import check_knowledge
from bot.messengers.outgoing import parts_of
from bot.opening import Opening, opening_of
from bot.question import Language
from bot.records.addresses import Addresses, BadAddress, build_phones
from bot.records.conversations import now_utc
from bot.records.hand_offs import TAKEN, WAITING, HandOff, HandOffs, NoAddress, NoHandOff, NotYours
from bot.records.tally import CLOSED as COUNTED_CLOSED
from bot.records.tally import TAKEN as COUNTED_TAKEN
from bot.records.tally import Tally
from bot.records.transcripts import Transcripts
from bot.secret import read_secret
from bot.wording import Wording, read_wording_in

if TYPE_CHECKING:
    from bot.desk.app import Desk

MOST_CHARACTERS = 2000
LATE = timedelta(minutes=5)  # of opening hours, as in bot/web/overdue.py
SHOWN_OF_NUMBER = 4
Number = Annotated[int, Path(ge=1, le=2**62)]
Seen = Annotated[int, Query(ge=0, le=2**62)]
Clerk = Annotated[Visitor, Depends(allowed("people"))]
Page = Annotated[Visitor, Depends(allowed("people", by_itself=True))]


@dataclass(frozen=True)
class Row:
    """A conversation in the queue: since when nobody has answered, whether that is too long, what she wrote last."""

    one: HandOff
    since: datetime | None
    is_late: bool
    by: str | None
    latest: str


@dataclass(frozen=True)
class Waiting:
    """What the pages of the queue need."""

    hand_offs: HandOffs
    transcripts: Transcripts
    tally: Tally
    opening: Opening
    phones: Addresses
    words: Callable[[Language], Wording]

    def rows(self, now: datetime) -> list[Row]:
        """Return who waits or has a person, the oldest first."""
        return [self.row(one, now) for one in self.hand_offs.open_ones()]

    def row(self, one: HandOff, now: datetime) -> Row:
        """Return a conversation as the queue shows it."""
        since = one.unanswered_since
        waited = self.opening.open_time(_aware(since), _aware(now)) if since is not None else timedelta()
        by = self.hand_offs.full_name(one.taken_by)
        return Row(one, since, waited >= LATE, by, self.transcripts.latest(one.sender_id))

    def notice(self, sentence: str, one: HandOff, /, **details: str) -> tuple[str, list[dict[str, Any]]]:
        """Return a sentence in her language, and the parts in which her messenger takes it."""
        language: Language = "zh" if self.transcripts.language(one.sender_id) == "zh" else "en"
        text = self.words(language).say(sentence, **details)
        return text, parts_of(one.channel, text)

    def end_of_number(self, number: int) -> str | None:
        """Return the end of the number at which she wishes to be called; null where she left none."""
        phone = self.number(number)
        return phone[-SHOWN_OF_NUMBER:] if phone is not None else None

    def number(self, number: int) -> str | None:
        """Return the number at which she wishes to be called; null where she left none, or another secret sealed it."""
        sealed = self.hand_offs.wished_phone(number)
        try:
            return self.phones.unseal(sealed) if sealed is not None else None
        except BadAddress:
            return None

    def local(self, moment: datetime) -> datetime:
        """Return a moment by the clinic's clock."""
        return _aware(moment).astimezone(self.opening.zone)


def people_router(desk: "Desk") -> APIRouter:
    """Return the pages of the conversations that wait for a person."""
    router = APIRouter(prefix="/people")
    waiting = _waiting(desk)
    hand_offs = waiting.hand_offs

    @router.get("")
    def queue(request: Request, visitor: Clerk) -> Response:
        return desk.page(request, "people.html", visitor, **_queue(waiting))

    @router.get("/list")
    def queue_again(request: Request, visitor: Page) -> Response:
        return desk.page(request, "people_list.html", visitor, **_queue(waiting))

    @router.get("/count")
    def how_many(request: Request, visitor: Page) -> Response:
        found = hand_offs.open_ones()
        mine = [one for one in found if one.taken_by == visitor.user.name and one.unanswered_since is not None]
        waits = [one for one in found if one.state == WAITING]
        signs = [one for one in found if one.sign_level is not None]
        return desk.page(request, "people_count.html", visitor, waiting=len(waits), mine=len(mine), signs=len(signs))

    @router.get("/{number}")
    def conversation(request: Request, visitor: Clerk, number: Number) -> Response:
        return _page(desk, waiting, request, visitor, number)

    @router.get("/{number}/more")
    def what_is_new(
        request: Request, visitor: Page, number: Number, event: Seen = 0, said: Seen = 0, state: str = ""
    ) -> Response:
        try:
            one = hand_offs.get(number)
        except NoHandOff:  # she had everything deleted
            return desk.page(request, "people_gone.html", visitor)
        read = waiting.transcripts.read(one.sender_id, event, said)
        shown = _shown(waiting, visitor, one)
        if not read.lines and shown["stamp"] == state:
            return Response(status_code=204)
        return desk.page(request, "people_more.html", visitor, read=read, is_new=shown["stamp"] != state, **shown)

    @router.post("/{number}/take")
    def take(request: Request, visitor: Clerk, number: Number, over: Annotated[str | None, Form()] = None) -> Response:
        one = _get(hand_offs, number)
        notice = waiting.notice("utter_hand_off_taken", one, person=visitor.user.full_name)
        try:
            hand_offs.take(number, visitor.user.name, now_utc(), *notice, over=over or None)
        except NotYours as error:
            problem = f"{hand_offs.full_name(error.by) or 'Somebody'} was first and is answering already."
            return _page(desk, waiting, request, visitor, number, problem)
        except NoHandOff:
            return _page(desk, waiting, request, visitor, number, "This conversation is closed.")
        desk.audit.note(visitor.user.name, "took a conversation", _subject(number), **({"over": over} if over else {}))
        if one.state == WAITING:
            count(waiting.tally, waiting.opening, COUNTED_TAKEN, one)
        return RedirectResponse(f"/desk/people/{number}", status_code=303)

    @router.post("/{number}/say")
    def say(request: Request, visitor: Clerk, number: Number, text: Annotated[str, Form()] = "") -> Response:
        text = text.replace("\r\n", "\n").replace("\0", "").strip()
        if not 1 <= len(text) <= MOST_CHARACTERS:
            raise Refused(400, f"Please write 1 to {MOST_CHARACTERS} characters.")
        one = _get(hand_offs, number)
        try:
            hand_offs.say(number, visitor.user.name, text, parts_of(one.channel, text), now_utc())
        except (NotYours, NoHandOff, NoAddress) as error:
            _refuse(hand_offs, error)
        desk.audit.note(visitor.user.name, "wrote to a patient", _subject(number), characters=len(text))
        if "hx-request" not in request.headers:
            return RedirectResponse(f"/desk/people/{number}", status_code=303)
        answer = desk.page(request, "people_said.html", visitor, number=number)
        answer.headers["HX-Trigger"] = "said"
        return answer

    @router.post("/{number}/hand-back")
    def hand_back(visitor: Clerk, number: Number) -> Response:
        one = _get(hand_offs, number)
        try:
            hand_offs.hand_back(number, visitor.user.name, *waiting.notice("utter_hand_off_back", one), now_utc())
        except (NotYours, NoHandOff) as error:
            _refuse(hand_offs, error)
        return closed(visitor, number, "handed a conversation back")

    @router.post("/{number}/close")
    def close(visitor: Clerk, number: Number) -> Response:
        one = _get(hand_offs, number)
        try:
            hand_offs.close(number, visitor.user.name, *waiting.notice("utter_hand_off_done", one), now_utc())
        except (NotYours, NoHandOff) as error:
            _refuse(hand_offs, error)
        return closed(visitor, number, "closed a conversation")

    @router.post("/{number}/number")
    def show_number(request: Request, visitor: Clerk, number: Number) -> Response:
        one = _get(hand_offs, number)
        phone = waiting.number(number)
        if phone is None:
            raise Refused(404, "There is no number any more.")
        desk.audit.note(visitor.user.name, "saw a number to call", _subject(number))
        return _page(desk, waiting, request, visitor, one.id, phone=phone)

    def closed(visitor: Visitor, number: int, what: str) -> Response:
        desk.audit.note(visitor.user.name, what, _subject(number))
        count(waiting.tally, waiting.opening, COUNTED_CLOSED)
        return RedirectResponse("/desk/people", status_code=303)

    return router


def _waiting(desk: "Desk") -> Waiting:
    clinic = desk.settings.clinic

    @cache
    def words(language: Language) -> Wording:
        return desk.wording if language == "en" else read_wording_in(language, check_knowledge(), clinic)

    return Waiting(
        hand_offs=HandOffs(desk.records),
        transcripts=Transcripts(desk.records),
        tally=Tally(desk.records),
        opening=opening_of(clinic),
        phones=build_phones(read_secret(desk.settings.secret_file)),
        words=words,
    )


def _queue(waiting: Waiting) -> dict[str, Any]:
    """Return what the list shows."""
    now = now_utc()
    rows = waiting.rows(now)
    return {
        "waiting": [row for row in rows if row.one.state == WAITING],
        "taken": [row for row in rows if row.one.state == TAKEN],
        "is_open": waiting.opening.is_open_at(_aware(now)),
        "lasted": lambda moment: lasted(now - moment),
        "local": waiting.local,
    }


def _page(
    desk: "Desk",
    waiting: Waiting,
    request: Request,
    visitor: Visitor,
    number: int,
    problem: str = "",
    phone: str | None = None,
) -> HTMLResponse:
    """Return the page of one conversation; `problem` says why something could not be done."""
    one = _get(waiting.hand_offs, number)
    shown = _shown(waiting, visitor, one) | {"phone": phone}
    read = waiting.transcripts.read(one.sender_id)
    status = 409 if problem else 200
    return desk.page(request, "people_one.html", visitor, status, read=read, problem=problem, **shown)


def _shown(waiting: Waiting, visitor: Visitor, one: HandOff) -> dict[str, Any]:
    """Return what the page of a conversation shows beside what was written; the stamp changes with it."""
    now = now_utc()
    found = [other for other in waiting.hand_offs.open_ones() if other.id == one.id]
    row = waiting.row(found[0] if found else one, now)
    return {
        "row": row,
        "one": row.one,
        "is_mine": one.state == TAKEN and one.taken_by == visitor.user.name,
        "ends_in": waiting.end_of_number(one.id),
        "phone": None,
        "lasted": lambda moment: lasted(now - moment),
        "local": waiting.local,
        "most_characters": MOST_CHARACTERS,
        "stamp": f"{one.state}:{one.taken_by or ''}:{one.sign_level or ''}:{one.wish_at or ''}:{row.is_late}",
    }


def _get(hand_offs: HandOffs, number: int) -> HandOff:
    """Return a hand-off.

    Raises:
        Refused: 404, there is none.
    """
    try:
        return hand_offs.get(number)
    except NoHandOff as error:
        raise Refused(404, "There is no such conversation. The patient may have had it deleted.") from error


def _refuse(hand_offs: HandOffs, error: Exception) -> NoReturn:
    """Say why something cannot be done.

    Raises:
        Refused: 409.
    """
    match error:
        case NotYours(by=None):
            raise Refused(409, "Please take the conversation first.") from error
        case NotYours(by=by):
            raise Refused(409, f"{hand_offs.full_name(by)} is answering this conversation.") from error
        case NoAddress():
            raise Refused(409, "The messenger has not told yet where to send this. Please try again.") from error
        case _:
            raise Refused(409, "This conversation is closed.") from error


def lasted(time: timedelta) -> str:
    """Return how long something has lasted, in words that are short."""
    minutes = max(0, int(time.total_seconds())) // 60
    hours, days = minutes // 60, minutes // (24 * 60)
    if days:
        return f"{days} day{'s' if days > 1 else ''}"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _subject(number: int) -> str:
    return f"conversation {number}"


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
