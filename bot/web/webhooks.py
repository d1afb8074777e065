"""`/webhooks/{channel}`: where the messengers' providers call. Only those that are set up are there.

What is forged is refused and counted; what is taken is acknowledged at once and answered later (`bot/messengers/`).
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.messengers.courier import Answer, Ask
from bot.messengers.metrics import REFUSED
from bot.messengers.reception import Reception, RecordsAway
from bot.messengers.shapes import Acknowledgement, Call, Forged, Messenger, Unreadable
from bot.reply import Reply
from bot.sent import Sent
from bot.web.chat import Door, count_replies
from bot.web.problems import Problem

MOST_BYTES = 512 * 1024  # a batch of Meta's holds up to 1000 events


def webhooks_router(reception: Reception) -> APIRouter:
    """Return the routes of the webhooks; they are not part of the door's own API."""
    router = APIRouter(include_in_schema=False)

    @router.post("/webhooks/{channel}")
    async def take(request: Request, channel: str) -> Response:
        messenger = _set_up(reception, channel)
        call = await _call(request, messenger)
        try:
            return _shown(await reception.take(messenger, call))
        except Forged as error:
            raise _forged(messenger, error) from error
        except Unreadable as error:
            REFUSED.labels(messenger.name, "unreadable").inc()
            raise Problem(400, "bad_request", "The body cannot be read.") from error
        except RecordsAway as error:
            raise Problem(503, "away", "Please send this again.", retry_after_seconds=5) from error

    @router.get("/webhooks/{channel}")
    async def shake_hands(request: Request, channel: str) -> Response:
        messenger = _set_up(reception, channel)
        try:
            answer = messenger.handshake(await _call(request, messenger))
        except Forged as error:
            raise _forged(messenger, error) from error
        if answer is None:
            raise Problem(405, "wrong_method", "This address is for POST.")
        return _shown(answer)

    return router


def answer_of(door: Door) -> Answer:
    """Return how the door answers what a messenger asks: with a reply or a notice, never with nothing."""

    async def answer(ask: Ask) -> list[Reply]:
        replies = await door.answer_or_say_why(
            Sent(
                conversation=ask.conversation,
                address=ask.address_key,
                text=ask.text,
                message_id=ask.message_id,
                channel=ask.channel,
                language=ask.language,
            )
        )
        count_replies(replies)
        return replies

    return answer


def _set_up(reception: Reception, channel: str) -> Messenger:
    messenger = reception.messengers.get(channel)
    if messenger is None:
        raise Problem(404, "not_found", "There is nothing here.")
    return messenger


async def _call(request: Request, messenger: Messenger) -> Call:
    """Return a request as a provider made it.

    Raises:
        Problem: 413, the body is too large.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            REFUSED.labels(messenger.name, "too_large").inc()
            raise Problem(413, "body_too_large", f"The request is larger than {MOST_BYTES} bytes.")
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Call(path, request.headers, request.query_params, bytes(body))


def _forged(messenger: Messenger, error: Forged) -> Problem:
    REFUSED.labels(messenger.name, error.reason).inc()
    return Problem(403, "forged", "The signature or secret is missing, wrong or too old.")


def _shown(answer: Acknowledgement) -> Response:
    return Response(answer.body, media_type=answer.media_type)
