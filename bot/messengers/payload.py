"""Look into what providers send, without trusting its shape. No provider is known here."""

import hmac
import json
from collections.abc import Iterator
from typing import Any

from bot.messengers.shapes import Unreadable


def read_json(body: str | bytes) -> Any:
    """Return the JSON in a body.

    Raises:
        Unreadable: it is none.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON") from error


def inside(found: Any, *keys: str) -> Any:
    """Return what lies under some keys; null where there is nothing."""
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def items(found: Any, *keys: str) -> Iterator[Any]:
    """Yield what stands in the list under some keys; nothing where there is no list."""
    listed = inside(found, *keys)
    yield from listed if isinstance(listed, list) else ()


def word(found: Any, *keys: str) -> str | None:
    """Return the text or number under some keys as text; null where there is neither."""
    value = inside(found, *keys)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and str(value) else None


def same(one: str, other: str) -> bool:
    """Tell whether two secrets are the same, in a time that does not tell how much of them is."""
    return hmac.compare_digest(one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass"))
