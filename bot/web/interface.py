"""The fixed words of the pages in each language, and which language a reader is shown.

The words stand in `data/languages/<language>/interface.yml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from babel.core import negotiate_locale
from fastapi import Request

from bot.files import read_yaml
from bot.question import Language
from bot.wording import LANGUAGES

SHOWN: tuple[Language, ...] = get_args(Language)
MOST_WISHES = 10


@dataclass(frozen=True)
class Interface:
    """The words of the pages in one language."""

    language: Language
    words: Mapping[str, Any]


@cache
def read_interface(language: Language) -> Interface:
    """Return the words of the pages in a language, read once."""
    return Interface(language, read_yaml(LANGUAGES / language / "interface.yml")["interface"])


def interface_for(request: Request) -> Interface:
    """Return the words for a reader: in the language of the address (`?lang=zh`), else of her browser."""
    asked = request.query_params.get("lang")
    wished = [asked] if asked in SHOWN else _wished(request.headers.get("accept-language", ""))
    found = negotiate_locale(wished, SHOWN, sep="-")
    return read_interface("zh" if found == "zh" else "en")


def _wished(header: str) -> list[str]:
    """Return the languages that a browser names, in its order; its weights follow the order in practice."""
    named = (part.partition(";")[0].strip() for part in header.split(",")[:MOST_WISHES])
    return [name.partition("-")[0].lower() for name in named if name]
