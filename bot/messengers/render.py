"""Turn replies into what a messenger shows: plain text in pieces that fit, its own buttons or numbered choices.

No markup, no JSON, no sentence that does not stand in `data/responses`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.messengers.shapes import Choice, Limits, Part
from bot.messengers.split import size, split
from bot.question import Language
from bot.reply import Reply
from bot.wording import Wording


@dataclass(frozen=True)
class Rendered:
    """What is sent, and the choices that are offered with it; `numbered` where they were shown with numbers."""

    parts: tuple[Part, ...]
    choices: tuple[Choice, ...]
    numbered: bool


@dataclass(frozen=True)
class Renderer:
    """Renders in each language. `public_url` comes before what lies at the door itself."""

    wordings: Mapping[Language, Wording]
    public_url: str
    retention_days: int

    def render(self, replies: Sequence[Reply], limits: Limits, with_consent: bool) -> Rendered:
        """Return replies as they are sent: urgent ones first and whole, then, once, what is kept; the choices last."""
        urgent = [reply for reply in replies if reply.kind == "urgent"]
        others = [reply for reply in replies if reply.kind != "urgent"]
        language = (others or urgent)[-1].language
        texts = [self._text(reply) for reply in urgent]
        if with_consent:
            texts.append(self.wordings[language].say("utter_messenger_consent", days=str(self.retention_days)))
        texts += [self._text(reply) for reply in others]
        pieces = [piece for text in texts for piece in split(text, limits.characters)]
        return self._with_choices(pieces, self._choices(urgent + others), limits, language)

    def unreadable(self, language: Language) -> Reply:
        """Return the notice that a picture, a voice or the like cannot be read."""
        return Reply(text=self.wordings[language].say("utter_messenger_unreadable"), kind="notice", language=language)

    def _text(self, reply: Reply) -> str:
        files = tuple(
            file.model_copy(update={"url": self.public_url + file.url}) if file.url.startswith("/") else file
            for file in reply.files
        )
        source = self.wordings[reply.language].sentences["utter_source"]
        return reply.model_copy(update={"files": files}).plain_text(source)

    def _choices(self, replies: Sequence[Reply]) -> tuple[Choice, ...]:
        """Return the choices of all replies, each once; two that are called the same by what they ask."""
        offered: dict[str, str] = {}
        for reply in replies:
            if reply.more:
                more = self.wordings[reply.language].say("utter_more_button")
                offered.setdefault(more, more)
            for button in reply.buttons:
                offered.setdefault(button.message, button.title)
        titles = list(offered.values())
        return tuple(
            Choice(title if titles.count(title) == 1 else message, message) for message, title in offered.items()
        )

    def _with_choices(
        self, pieces: list[str], choices: tuple[Choice, ...], limits: Limits, language: Language
    ) -> Rendered:
        """Return the pieces, the choices as buttons where their titles fit, else as a numbered list."""
        if not choices:
            return Rendered(tuple(Part(piece) for piece in pieces), (), numbered=False)
        buttons, numbered = choices, False
        if len(choices) > limits.choices or any(size(choice.title) > limits.title for choice in choices):
            numbered = True
            pieces = _joined(pieces, self._list(choices, language), limits.characters)
            named = tuple(Choice(str(number), choice.message) for number, choice in enumerate(choices, start=1))
            buttons = named[: limits.choices]
        *first, last = pieces
        return Rendered((*(Part(piece) for piece in first), Part(last, buttons)), choices, numbered)

    def _list(self, choices: Sequence[Choice], language: Language) -> str:
        lines = [self.wordings[language].say("utter_messenger_choose")]
        lines += [
            self.wordings[language].say("utter_messenger_choice", number=str(number), text=choice.title)
            for number, choice in enumerate(choices, start=1)
        ]
        return "\n".join(lines)


def _joined(pieces: list[str], listed: str, most: int) -> list[str]:
    """Return pieces with a list after them: in the last one where it fits, else on its own."""
    *first, last = pieces
    together = f"{last}\n\n{listed}"
    return [*first, together] if size(together) <= most else [*pieces, *split(listed, most)]
