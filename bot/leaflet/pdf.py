"""Draw a leaflet as a PDF: A4, in the clinic's one colour. Drawing only: every text comes with the leaflet.

A block that fits on a page is never torn, so that no heading stands alone and no box is cut.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from fpdf import FPDF

from bot.leaflet.content import (
    About,
    Ask,
    Chapter,
    Checks,
    Head,
    HerDays,
    Leaflet,
    Part,
    Passage,
    SignGroup,
    Signs,
    SourceEntry,
    Tick,
)

FONT = "DejaVu"
FONT_FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
LANGUAGE = "en-GB"

Colour = tuple[int, int, int]
ACCENT: Colour = (15, 82, 89)
TINT: Colour = (231, 241, 240)
INK: Colour = (28, 43, 45)
SOFT: Colour = (75, 92, 95)
LINE: Colour = (200, 208, 206)
WHITE: Colour = (255, 255, 255)

# Units: millimetres.
MARGIN, TOP, BOTTOM = 17.0, 14.0, 18.0
SIDE, GUTTER = 34.0, 5.0
PADDING, BAR, CORNER = 3.5, 1.2, 1.5
BOX, BULLET = 3.4, 4.0
BETWEEN_WORDS = re.compile(r"(?<!\d)\s+|(?<=\d)\s+(?!\w)")
NUMBER = 6.0
MOST_KEPT_WHOLE = 105.0
LEAST_OF_SOURCES = 40.0
LEAST_TORN = 4.0
A_POINT = 25.4 / 72
MARKS_GAP = 1.0


class Style(NamedTuple):
    """How a text looks. Units: points; `leading` in heights of the letters."""

    points: float
    bold: bool = False
    colour: Colour = INK
    leading: float = 1.38

    @property
    def line(self) -> float:
        """The height of a line. Units: millimetres."""
        return self.points * A_POINT * self.leading


BODY = Style(9.5)
STRONG = Style(9.5, bold=True)
SMALL = Style(8.3, colour=SOFT)
LABEL = Style(7.6, bold=True, colour=ACCENT)
QUIET_LABEL = Style(7.6, bold=True, colour=SOFT)
SIDE_HEADING = Style(10, bold=True, colour=ACCENT, leading=1.3)
SIDE_AGAIN = SIDE_HEADING._replace(bold=False)
CHAPTER = Style(16, bold=True, colour=ACCENT, leading=1.25)
MARKS = Style(6.8, colour=SOFT)
SOURCE = Style(6.8, leading=1.28)
SOURCE_STRONG = Style(6.8, bold=True, leading=1.28)
SOURCE_LINK = Style(6.6, colour=ACCENT, leading=1.28)
FOOT = Style(7.2, colour=SOFT)


class Text(NamedTuple):
    """A paragraph: its words, its looks, the source numbers behind it, what pressing it opens, the room below it."""

    words: str
    style: Style = BODY
    marks: str = ""
    link: str = ""
    below: float = 0.0


def draw(leaflet: Leaflet) -> bytes:
    """Return a leaflet as a PDF."""
    return _Paper(leaflet).drawn()


class _Paper(FPDF):
    """The pages of one leaflet."""

    def __init__(self, leaflet: Leaflet) -> None:
        super().__init__(format="A4")
        self.leaflet = leaflet
        fonts = font_folder()
        for style, name in FONT_FILES.items():
            self.add_font(FONT, style, fonts / name)
        self.set_margins(MARGIN, TOP, MARGIN)
        self.set_auto_page_break(True, BOTTOM)
        self.c_margin = 0
        self.set_title(leaflet.head.title)
        self.set_author(leaflet.head.clinic)
        self.set_subject(leaflet.footer)
        self.set_lang(LANGUAGE)
        self.broken: dict[tuple[Text, float], tuple[list[str], float]] = {}
        self.to_sources = self.add_link(page=1)  # until their page is known

    def drawn(self) -> bytes:
        """Return every page."""
        leaflet = self.leaflet
        self.add_page()
        self._head(leaflet.head)
        self._contact(leaflet.head)
        self._dates(leaflet.dates)
        self._texts([Text(words, SMALL, below=0.8) for words in leaflet.intro], MARGIN, self.epw)
        self._chapter(leaflet.before)
        self._checks(leaflet.checks)
        self._chapter(leaflet.day)
        self._chapter(leaflet.after)
        self._signs(leaflet.signs)
        self._ask(leaflet.ask)
        self._about(leaflet.about)
        return bytes(self.output())

    def footer(self) -> None:
        """Draw the foot of a page; fpdf2 calls this."""
        self.set_y(-BOTTOM + 6)
        self._rule(self.y - 2)
        page = self.leaflet.page.format(page=self.page_no(), pages="{nb}")
        self._set(FOOT)
        self.cell(self.epw / 3, FOOT.line, page)
        self.cell(self.epw * 2 / 3, FOOT.line, self.leaflet.footer, align="R")

    # The first page

    def _head(self, head: Head) -> None:
        texts = [
            Text(head.clinic, Style(11, bold=True, colour=WHITE)),
            Text(head.address, Style(8.5, colour=WHITE), below=6),
            Text(head.title, Style(27, bold=True, colour=WHITE, leading=1.2), below=0.5),
            Text(head.subtitle, Style(11, colour=WHITE)),
        ]
        self.set_fill_color(*ACCENT)
        self.rect(0, 0, self.w, 12 + self._height(texts, self.epw) + 6, style="F")
        self.set_y(12)
        self.start_section(head.title)
        self._texts(texts, MARGIN, self.epw)
        self.set_y(self.y + 6 + 5)

    def _contact(self, head: Head) -> None:
        """Draw the phones beside the emergency number."""
        left, right = self.epw * 0.64, self.epw * 0.36 - GUTTER
        phones = [
            Text(head.contact_title, STRONG._replace(colour=ACCENT), below=1),
            *(Text(phone.text, BODY, link=phone.link) for phone in head.phones),
            Text(head.hours, SMALL),
        ]
        emergency = [
            Text(head.emergency_title, STRONG._replace(colour=WHITE), below=1),
            Text(head.emergency.text, Style(19, bold=True, colour=WHITE, leading=1.3), link=head.emergency.link),
        ]
        height = max(self._height(phones, left - 2 * PADDING), self._height(emergency, right - 2 * PADDING))
        top = self.y
        self._box(MARGIN, left, height + 2 * PADDING, TINT)
        self._box(MARGIN + left + GUTTER, right, height + 2 * PADDING, ACCENT)
        self.set_y(top + PADDING)
        self._texts(phones, MARGIN + PADDING, left - 2 * PADDING)
        self.set_y(top + PADDING)
        self._texts(emergency, MARGIN + left + GUTTER + PADDING, right - 2 * PADDING)
        self.set_y(top + height + 2 * PADDING + 5)

    def _dates(self, dates: HerDays) -> None:
        if not dates.days:
            return
        width = self.epw - 2 * PADDING
        title, note = Text(dates.title, SIDE_HEADING, below=2), Text(dates.note, SMALL)
        columns = ((MARGIN + PADDING, width * 0.37), (MARGIN + PADDING + width * 0.39, width * 0.61))
        rows = [(Text(day.title, BODY), Text(day.days, STRONG)) for day in dates.days]
        heights = [
            max(self._height([text], wide) for text, (_, wide) in zip(row, columns, strict=True)) + 1.5 for row in rows
        ]
        height = self._height([title, note], width) + sum(heights) + 1
        self._room(height + 2 * PADDING)
        top = self.y
        self._box(MARGIN, self.epw, height + 2 * PADDING, None)
        self.set_y(top + PADDING)
        self.start_section(dates.title, level=1)
        self._texts([title], MARGIN + PADDING, width)
        for row, tall in zip(rows, heights, strict=True):
            start = self.y
            for text, (x, wide) in zip(row, columns, strict=True):
                self.set_y(start)
                self._texts([text], x, wide)
            self.set_y(start + tall)
        self.set_y(self.y + 1)
        self._texts([note], MARGIN + PADDING, width)
        self.set_y(top + height + 2 * PADDING + 5)

    # Chapters

    def _chapter(self, chapter: Chapter) -> None:
        for at, part in enumerate(chapter.parts):
            self._part(part, chapter.title if at == 0 else "")

    def _part(self, part: Part, chapter: str = "") -> None:
        """Draw a topic: its name at the side, what the rows tell beside it; before it the chapter that it opens."""
        x, width = MARGIN + SIDE + GUTTER, self.epw - SIDE - GUTTER
        blocks = [*(_passage(passage) for passage in part.passages), *_after(part)]
        side = Text(part.title, SIDE_HEADING)
        first = max(self._block_height(blocks[0], width), self._height([side], SIDE))
        self._room(first + 3 + (_chapter_height() if chapter else 0))
        if chapter:
            self._chapter_heading(chapter)
        elif self.y > TOP:
            self._rule(self.y)
        self.set_y(self.y + 3)
        self.start_section(part.title, level=1)
        low = self._side(side)
        for block in blocks:
            height = self._block_height(block, width)
            if self._room(height):
                low = self._side(side._replace(style=SIDE_AGAIN))
            self._block(block, x, width, height)
        self.set_y(max(self.y, low) + 1)

    def _side(self, text: Text) -> float:
        """Draw the name of a topic at the side and come back; return where it ends."""
        top = self.y
        self._texts([text], MARGIN, SIDE)
        low = self.y
        self.set_y(top)
        return low

    def _chapter_heading(self, title: str) -> None:
        self.set_y(self.y + (5 if self.y > TOP else 0))
        self.start_section(title)
        self._texts([Text(title, CHAPTER, below=1.2)], MARGIN, self.epw)
        self.set_draw_color(*ACCENT)
        self.set_line_width(0.7)
        self.line(MARGIN, self.y, self.w - MARGIN, self.y)

    def _block(self, block: "_Block", x: float, width: float, height: float) -> None:
        top = self.y
        if block.is_boxed:
            self._box(x, width, height - block.below, TINT)
            self.set_fill_color(*ACCENT)
            self.rect(x, top, BAR, min(height - block.below, self.page_break_trigger - top), style="F")
            self.set_y(top + block.padding)
        self._texts(block.texts, x + block.indent, width - block.indent - block.padding)
        self.set_y(self.y + block.padding + block.below)

    def _block_height(self, block: "_Block", width: float) -> float:
        inner = self._height(block.texts, width - block.indent - block.padding)
        return inner + 2 * block.padding + block.below

    def _checks(self, checks: Checks) -> None:
        """Draw what the clinic must know: a box to tick, the question, and beside it what to tell."""
        if not checks.ticks:
            return
        asks_width = self.epw * 0.4 - GUTTER
        x, tell_width = MARGIN + self.epw * 0.4, self.epw * 0.6
        rows = [(_asks(tick), Text(tick.tell, Style(8.8), tick.marks)) for tick in checks.ticks]
        heights = [
            max(self._height([asks], asks_width - BOX - 2), self._height([tell], tell_width)) + 3.2
            for asks, tell in rows
        ]
        intro = [Text(checks.intro, BODY, below=2)]
        self._room(_chapter_height() + self._height(intro, self.epw) + heights[0])
        self._chapter_heading(checks.title)
        self.set_y(self.y + 3)
        self._texts(intro, MARGIN, self.epw)
        for (asks, tell), height in zip(rows, heights, strict=True):
            self._room(height)
            top = self.y
            self._rule(top)
            self.set_draw_color(*ACCENT)
            self.set_line_width(0.35)
            self.rect(MARGIN, top + 1.9, BOX, BOX, style="D", round_corners=True, corner_radius=0.6)
            self.set_y(top + 1.6)
            self._texts([asks], MARGIN + BOX + 2, asks_width - BOX - 2)
            self.set_y(top + 1.6)
            self._texts([tell], x, tell_width)
            self.set_y(top + height)
        self._texts([Text(note, SMALL, below=0.5) for note in checks.notes], MARGIN, self.epw)

    # Warning signs

    def _signs(self, signs: Signs) -> None:
        """Draw the warning signs; the most urgent ones stand on one page, so that it can be kept at hand."""
        urgent = [group for group in signs.groups if group.level != "before_visit"]
        self._room(_chapter_height() + sum(self._sign_height(group) + 3 for group in urgent))
        self._chapter_heading(signs.title)
        self.set_y(self.y + 4)
        for group in signs.groups:
            self._sign_group(group)
        self._texts([Text(signs.note, SMALL, below=2)], MARGIN, self.epw)
        for part in signs.parts:
            self._part(part)

    def _sign_group(self, group: SignGroup) -> None:
        is_emergency = group.level == "emergency"
        height = self._sign_height(group)
        self._room(height + 3)
        top, width = self.y, self.epw - 2 * PADDING
        title, names, how = _sign_texts(group)
        self._box(MARGIN, self.epw, height, ACCENT if is_emergency else TINT if group.level == "clinic_now" else None)
        self.set_y(top + PADDING)
        self._texts([title], MARGIN + PADDING, width)
        start, low = self.y, self.y
        for at, column in enumerate(_halves(names)):
            self.set_y(start)
            self._bullets(column, MARGIN + PADDING + at * width / 2, width / 2 - PADDING)
            low = max(low, self.y)
        self.set_y(low + 1)
        self._texts([how], MARGIN + PADDING, width)
        self.set_y(top + height + 3)

    def _sign_height(self, group: SignGroup) -> float:
        title, names, how = _sign_texts(group)
        width = self.epw - 2 * PADDING
        tallest = max(self._height(column, width / 2 - PADDING - BULLET) for column in _halves(names))
        return self._height([title, how], width) + tallest + 1 + 2 * PADDING

    def _bullets(self, texts: Sequence[Text], x: float, width: float) -> None:
        for text in texts:
            self.set_fill_color(*text.style.colour)
            self.circle(x + 1, self.y + text.style.line / 2, 0.55, style="F")
            self._texts([text], x + BULLET, width - BULLET)

    # The last pages

    def _ask(self, ask: Ask) -> None:
        if not ask.passages:
            return
        texts = [Text(ask.intro, BODY, below=1.5)]
        for passage in ask.passages:
            texts.append(Text(passage.label, STRONG, below=0 if passage.text else 1.5))
            if passage.text:
                texts.append(Text(passage.text, BODY, passage.marks, below=1.5))
        self._room(_chapter_height() + min(self._height(texts, self.epw), MOST_KEPT_WHOLE))
        self._chapter_heading(ask.title)
        self.set_y(self.y + 3)
        self._texts(texts, MARGIN, self.epw)

    def _about(self, about: About) -> None:
        """Draw what the leaflet is, and the sources in two columns, on the last page of equal height."""
        texts = [Text(words, SMALL, below=1) for words in about.texts]
        self._room(_chapter_height() + self._height(texts, self.epw) + LEAST_OF_SOURCES)
        self._chapter_heading(about.title)
        self.set_link(self.to_sources, y=self.y, page=self.page)
        self.set_y(self.y + 3)
        self._texts(texts, MARGIN, self.epw)
        self.set_y(self.y + 2)
        self._sources(about.sources)

    def _sources(self, sources: Sequence[SourceEntry]) -> None:
        width = (self.epw - GUTTER) / 2
        entries = [_source(entry) for entry in sources]
        heights = [self._height(texts, width - NUMBER) for texts in entries]
        waiting = list(zip(sources, entries, heights, strict=True))
        while waiting:
            top, low = self.y, self.y
            room = self.page_break_trigger - top
            half = sum(height for *_, height in waiting) / 2
            for column, most in enumerate((min(room, half + LEAST_TORN), room)):
                used = 0.0
                self.set_y(top)
                while waiting and (used == 0 or used + waiting[0][2] <= most):
                    entry, texts, height = waiting.pop(0)
                    self._source_entry(entry, texts, MARGIN + column * (width + GUTTER), width)
                    used += height
                low = max(low, self.y)
            self.set_y(low)
            if waiting:
                self.add_page()

    def _source_entry(self, entry: SourceEntry, texts: Sequence[Text], x: float, width: float) -> None:
        top = self.y
        self._texts([Text(str(entry.number), SOURCE_STRONG._replace(colour=ACCENT))], x, NUMBER)
        self.set_y(top)
        self._texts(texts, x + NUMBER, width - NUMBER)

    # Tools

    def _room(self, height: float) -> bool:
        """Begin a new page where a block does not fit on this one; return whether one was begun."""
        is_full = self.y + height > self.page_break_trigger and self.y > TOP
        if is_full:
            self.add_page()
        return is_full

    def _set(self, style: Style) -> None:
        self.set_font(FONT, "B" if style.bold else "", style.points)
        self.set_text_color(*style.colour)

    def _rule(self, y: float) -> None:
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.line(MARGIN, y, self.w - MARGIN, y)

    def _box(self, x: float, width: float, height: float, fill: Colour | None) -> None:
        """Draw a box from here down; filled, or with a frame. It ends where the page does."""
        self.set_draw_color(*ACCENT)
        self.set_line_width(0.6)
        if fill:
            self.set_fill_color(*fill)
        height = min(height, self.page_break_trigger - self.y)
        self.rect(x, self.y, width, height, style="F" if fill else "D", round_corners=True, corner_radius=CORNER)

    def _texts(self, texts: Iterable[Text], x: float, width: float) -> None:
        for text in texts:
            self._text(text, x, width)

    def _text(self, text: Text, x: float, width: float) -> None:
        """Draw a paragraph from here down, and go below it."""
        lines, end = self._lines(text, width)
        for words in lines:
            self._set(text.style)
            self.set_x(x)
            self.cell(width, text.style.line, words, link=text.link or None)
            self.set_y(self.y + text.style.line)
        if text.marks:
            self._set(MARKS._replace(colour=WHITE if text.style.colour == WHITE else SOFT))
            self.set_xy(x + end, self.y - text.style.line)
            self.cell(self.get_string_width(text.marks), text.style.line, text.marks, link=self.to_sources)
            self.set_y(self.y + text.style.line)
        self.set_y(self.y + text.below)

    def _height(self, texts: Iterable[Text], width: float) -> float:
        return sum(len(self._lines(text, width)[0]) * text.style.line + text.below for text in texts)

    def _marks_width(self, text: Text) -> float:
        self._set(MARKS)
        return MARKS_GAP + self.get_string_width(text.marks)

    def _lines(self, text: Text, width: float) -> tuple[list[str], float]:
        """Return the lines of a paragraph, and where on the last one its marks begin."""
        if (text, width) not in self.broken:
            self._set(text.style)
            lines = list(_break(text.words, width, self.get_string_width))
            if text.marks and self.get_string_width(lines[-1]) + self._marks_width(text) > width:
                whole, _, last_word = lines[-1].rpartition(" ")
                lines[-1:] = [whole, last_word] if whole else [last_word, ""]
            self._set(text.style)
            self.broken[text, width] = lines, self.get_string_width(lines[-1]) + MARKS_GAP
        return self.broken[text, width]


def _break(words: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Yield the lines of a text; a number stays with what it counts.

    A word that is wider than a line is torn, in an address after one of its signs.
    """
    line = ""
    for word in BETWEEN_WORDS.split(words.strip()):
        longer = f"{line} {word}" if line else word
        if measure(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        while measure(word) > width:
            fits = next(at for at in range(len(word) - 1, 0, -1) if at == 1 or measure(word[:at]) <= width)
            at = max(word.rfind(sign, 0, fits) for sign in "/-._?&=") + 1
            at = at if at > fits / 2 else fits
            yield word[:at]
            word = word[at:]
        line = word
    yield line


class _Block(NamedTuple):
    """Texts that stay together, in a box or not. Units: millimetres."""

    texts: Sequence[Text]
    is_boxed: bool = False
    below: float = 2.0

    @property
    def padding(self) -> float:
        """The room around the texts."""
        return 2.4 if self.is_boxed else 0.0

    @property
    def indent(self) -> float:
        """The room left of the texts."""
        return BAR + 2.4 if self.is_boxed else 0.0


def font_folder() -> Path:
    """Return the folder of the fonts, which matplotlib ships; importing it takes long and writes files.

    Raises:
        FileNotFoundError: matplotlib is not installed.
    """
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise FileNotFoundError("the leaflet's font is shipped with matplotlib, which is not installed")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


def _chapter_height() -> float:
    return 5 + CHAPTER.line + 1.2 + 4


def _passage(passage: Passage) -> _Block:
    label = [Text(passage.label, LABEL if passage.is_house_rule else QUIET_LABEL, below=0.3)] if passage.label else []
    if not passage.is_house_rule:
        return _Block([*label, Text(passage.text, BODY, passage.marks)])
    if not passage.more:
        return _Block([*label, Text(passage.text, STRONG, passage.marks)], is_boxed=True)
    return _Block(
        [*label, Text(passage.text, STRONG, below=0.8), Text(passage.more, SMALL, passage.marks)], is_boxed=True
    )


def _after(part: Part) -> Iterable[_Block]:
    """Yield what is said after the rows of a topic."""
    if part.differ:
        yield _Block([Text(part.differ.text, SMALL, part.differ.marks)])
    yield from (_Block([Text(words, SMALL._replace(bold=True))]) for words in part.notes)


def _asks(tick: Tick) -> Text:
    return Text(tick.asks, Style(8.8, bold=True))


def _sign_texts(group: SignGroup) -> tuple[Text, list[Text], Text]:
    """Return what to do, the names of the signs and how to do it, in the colours of the level."""
    is_emergency = group.level == "emergency"
    colour = WHITE if is_emergency else INK
    title = Text(group.title, Style(11, bold=True, colour=WHITE if is_emergency else ACCENT), below=1.5)
    names = [Text(name, BODY._replace(colour=colour)) for name in group.names]
    return title, names, Text(group.how, Style(8.8, colour=colour), group.marks)


def _halves(texts: Sequence[Text]) -> list[Sequence[Text]]:
    """Return texts as two columns, read down."""
    half = (len(texts) + 1) // 2
    return [texts[:half], texts[half:]]


def _source(entry: SourceEntry) -> list[Text]:
    told = " ".join(filter(None, [entry.publisher, entry.section, entry.read_on]))
    texts = [Text(entry.title, SOURCE_STRONG), Text(told, SOURCE)]
    if entry.url:
        texts.append(Text(entry.url.partition("://")[2].rstrip("/"), SOURCE_LINK, link=entry.url))
    return [*texts[:-1], texts[-1]._replace(below=1.4)]
