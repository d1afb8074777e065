"""The courier: takes bursts out of the inbox, has them answered, and delivers the answers in order.

It runs in the door's event loop; the database is asked in threads. What it was doing when its door died, another does
after the lease. A delivery that the provider did not confirm is tried again, so a part may come twice, but is not lost.
"""

import asyncio
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from bot.messengers.metrics import COURIER_FAULTS, PARTS
from bot.messengers.render import Renderer
from bot.messengers.shapes import Choice, Messenger, NotDelivered, Part
from bot.question import Language
from bot.records.addresses import BadAddress
from bot.records.conversations import now_utc
from bot.records.inbox import Claimed, Inbox, LostClaim, Memory, SentPart
from bot.reply import Reply

MOST_OF_A_CHANNEL = 8  # at once, so that a slow provider does not keep the others' patients waiting
TICK_SECONDS = 0.2
GRACE_SECONDS = 2.0  # after the database was away: doors note first what they delivered meanwhile, then claims run out
NOTE_AGAIN_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 300
MOST_TRIES = 20  # about an hour
STOP_WITHIN_SECONDS = 5.0
AWAY = (InterfaceError, NoConnection, OperationalError)
LANGUAGES: dict[str | None, Language] = {"en": "en", "zh": "zh"}
ASK_ID_HEX = 32
NUMBER = re.compile(r"\(?(#?)([0-9]{1,2})[.)]?")
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ask:
    """One question of a conversation. `address_key` stands for the address, without telling it, where limits count."""

    conversation: str
    text: str
    message_id: str
    channel: str
    address_key: str
    language: Language | None = None


Answer = Callable[[Ask], Awaitable[list[Reply]]]


class Courier:
    """Answers what waits in an inbox. `answer` never raises and never returns an empty list.

    `keep_address` keeps the sealed address of a conversation that a person is to answer, so that she can be written to.
    It tells whether she has written to that person before: then she need not hear again that it was passed on.
    """

    def __init__(
        self,
        inbox: Inbox,
        messengers: Mapping[str, Messenger],
        answer: Answer,
        renderer: Renderer,
        door: str,
        now: Callable[[], datetime] = now_utc,
        keep_address: Callable[[str, str], bool] | None = None,
    ) -> None:
        self._inbox = inbox
        self._messengers = messengers
        self._answer = answer
        self._renderer = renderer
        self._door = door
        self._now = now
        self._keep_address = keep_address
        self._awake = asyncio.Event()
        self._stopping = False
        self._under_way: dict[asyncio.Task[None], str] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the event loop that runs."""
        self._loop = asyncio.create_task(self._run(), name="courier")

    async def stop(self) -> None:
        """Take nothing more, end what is under way, and leave to others what takes too long."""
        self._stopping = True
        self._awake.set()
        if self._loop is not None:
            await self._loop  # not cancelled: a claim made in a thread meanwhile would be lost until its lease is over
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=STOP_WITHIN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping:
            pause = TICK_SECONDS
            try:
                await self._claim_all()
            except SQLAlchemyError as error:
                pause = GRACE_SECONDS
                self._fault(error)
            except Exception as error:  # the loop must outlive any mistake
                self._fault(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._awake.wait()
            self._awake.clear()

    async def _claim_all(self) -> None:
        """Claim bursts while there are any and room for them."""
        while not self._stopping:
            busy = Counter(self._under_way.values())
            free = [name for name in self._messengers if busy[name] < MOST_OF_A_CHANNEL]
            claimed = await asyncio.to_thread(self._inbox.claim, self._door, self._now(), free) if free else None
            if claimed is None:
                return
            task = asyncio.create_task(self._serve(claimed))
            self._under_way[task] = claimed.channel
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._awake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fault(error)

    async def _serve(self, claimed: Claimed) -> None:
        """Answer and deliver a burst; whatever fails, it is tried again later or ended, and counted."""
        try:
            await self._answer_and_deliver(claimed)
        except LostClaim as error:
            self._fault(error)
        except BadAddress as error:
            self._fault(error)
            await self._end(claimed, "given_up")
        except Exception as error:  # one burst must not end the others
            self._fault(error)
            await self._postpone(claimed)

    async def _answer_and_deliver(self, claimed: Claimed) -> None:
        address = self._inbox.addresses.unseal(claimed.address)
        if claimed.parts is None:
            claimed = await self._answered(claimed)
        parts = claimed.parts or ()
        for number in range(claimed.delivered, len(parts)):
            try:
                await self._messengers[claimed.channel].deliver(address, _part(parts[number]))
            except NotDelivered as error:
                log.warning("not delivered: channel=%s why=%s try=%d", claimed.channel, error, claimed.tries)
                if error.may_retry:
                    await self._postpone(claimed)
                else:
                    await self._end(claimed, "refused")
                return
            PARTS.labels(claimed.channel, "delivered").inc()
            claimed = await self._note(partial(self._inbox.delivered, claimed, number + 1))
        await self._note(lambda _now: self._inbox.done(claimed))

    async def _answered(self, claimed: Claimed) -> Claimed:
        """Have a burst answered, and store what is to be delivered."""
        memory = claimed.memory
        language = LANGUAGES.get(memory.language)
        texts = [meant(text, memory.choices) for text in claimed.texts if text]
        replies: list[Reply] = []
        if texts:
            replies += await self._answer(_ask(claimed, "\n".join(texts), language))
        if (keep := self._keep_address) is not None and any(reply.kind == "handoff" for reply in replies):
            knows = await self._note(lambda _now: keep(claimed.sender_id, claimed.address))
            replies = [reply for reply in replies if not (knows and reply.kind == "handoff")]
        if len(texts) < len(claimed.texts):
            replies.append(self._renderer.unreadable(replies[-1].language if replies else language or "en"))
        if not replies:
            return await self._note(partial(self._inbox.answered, claimed, [], memory, False))
        limits = self._messengers[claimed.channel].limits
        shown = self._renderer.render(replies, limits, with_consent=not memory.consent_told)
        remembered = Memory(
            consent_told=True,
            choices=tuple(_remembered(shown.choices, shown.numbered)),
            language=replies[0].language if texts else memory.language,
        )
        parts = [asdict(part) for part in shown.parts]
        return await self._note(partial(self._inbox.answered, claimed, parts, remembered, not memory.consent_told))

    async def _note(self, write: Callable[[datetime], T]) -> T:
        """Write to the inbox in a thread, and try until it can be written: what was delivered must not be forgotten."""
        while True:
            try:
                return await asyncio.to_thread(write, self._now())
            except AWAY as error:
                self._fault(error)
                await asyncio.sleep(NOTE_AGAIN_SECONDS)

    async def _postpone(self, claimed: Claimed) -> None:
        """Try again later, each time after a longer pause; give up after the last."""
        if claimed.tries + 1 >= MOST_TRIES:
            await self._end(claimed, "given_up")
            return
        PARTS.labels(claimed.channel, "postponed").inc()
        pause = timedelta(seconds=min(2**claimed.tries, LONGEST_PAUSE_SECONDS))
        with suppress(LostClaim):
            await self._note(partial(self._inbox.postponed, claimed, pause))

    async def _end(self, claimed: Claimed, outcome: str) -> None:
        PARTS.labels(claimed.channel, outcome).inc()
        with suppress(LostClaim):
            await self._note(lambda _now: self._inbox.done(claimed))

    def _fault(self, error: BaseException) -> None:
        """Count an error by its kind; its words may hold what a patient wrote."""
        COURIER_FAULTS.labels(type(error).__name__).inc()
        log.error("courier: %s", type(error).__name__)


def meant(text: str, choices: Sequence[Mapping[str, str]]) -> str:
    """Return what a text asks: where it is the number or the title of a choice offered last, that choice's message."""
    told = unicodedata.normalize("NFKC", text).strip()
    number = NUMBER.fullmatch(told)
    for place, choice in enumerate(choices, start=1):
        shown = choice.get("number") or (str(place) if number and number[1] else None)  # a button sends "#1"
        if number and shown and int(number[2]) == int(shown):
            return choice["message"]
        if _folded(told) == _folded(choice["title"]) != "":
            return choice["message"]
    return text


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _remembered(choices: Sequence[Choice], numbered: bool) -> Iterator[Mapping[str, str]]:
    for number, choice in enumerate(choices, start=1):
        shown = {"number": str(number)} if numbered else {}
        yield {"title": choice.title, "message": choice.message} | shown


def _ask(claimed: Claimed, text: str, language: Language | None) -> Ask:
    """Return the question of a burst; its id is the same whichever door asks it."""
    same = sha256(f"{claimed.channel}:{claimed.message_id}".encode(errors="surrogatepass")).hexdigest()
    return Ask(
        conversation=claimed.sender_id,
        text=text,
        message_id=same[:ASK_ID_HEX],
        channel=claimed.channel,
        address_key=claimed.sender_id,
        language=language,
    )


def _part(stored: SentPart) -> Part:
    return Part(stored["text"], tuple(Choice(**choice) for choice in stored["choices"]))
