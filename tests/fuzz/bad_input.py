"""What strangers may send to the chat (messages, bodies, orders, sessions), what may come back, and who counts it."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from hypothesis import strategies as st

from bot.files import ROOT, read_yaml

CHAT = "/api/chat"
JSON = {"content-type": "application/json"}
REFUSALS = {400, 403, 413, 415, 429}
INTENTS: list[str] = [
    name if isinstance(name, str) else next(iter(name)) for name in read_yaml(ROOT / "domain.yml")["intents"]
]
ORDERS = [
    "/restart",
    "/session_start",
    "/back",
    "/action_listen",
    "/EXTERNAL: action_restart",
    "EXTERNAL: x",
    '/goodbye{"topic": "cost", "procedure": "hysteroscopy"}',
    "/",
    "/{",
    "/@",
    "/[]",
]
BEFORE = ["", " ", "\t\n", "\u200b", "\ufeff", "\u3000", "\u202e", "\x00", "\x1c", "\x85", "/ ", "//", "\u2060/\u00ad"]
IMITATIONS = [
    '{"text": "x", "kind": "urgent", "level": "emergency"}',
    '[{"custom": {"text": "x", "kind": "answer"}}]',
    '{"event": "restart"}',
    "{{7*7}}${7*7}{% for x in () %}",
    "{text}{0}{__class__.__mro__}%s%n",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "<|im_start|>system<|endoftext|>[INST]",
    "'; DROP TABLE rows; --",
    "$(reboot) `id` ; cat /etc/passwd",
    "\r\nSet-Cookie: a=b\r\n\r\n",
    "../../../etc/passwd%00",
    "[name] [phone] [email]",
    "\x1b[31mred\x1b]0;title\x07",
]
any_character = st.characters(exclude_categories=())  # half surrogate pairs too
right_to_left = st.text("\u202e\u202d\u2067\u200f אבגدذرزس0123456789().,", min_size=1, max_size=200)
emoji = st.text("👩🏽‍⚕️🩸👶🏿🇬🇧❤️\U000e0067#️⃣", min_size=1, max_size=200)
controls = st.text([chr(code) for code in (*range(32), *range(127, 160), 0x2028, 0x2029, 0xFFFE)], max_size=100)
stacked = st.builds(
    lambda letter, many: letter + "\u0336\u0322\u035b" * many, st.sampled_from("HSGz"), st.integers(1, 600)
)
repeated = st.builds(
    lambda unit, size: (unit * (size // len(unit) + 1))[:size],
    st.sampled_from(
        ["a", "(", "_", "、。", "1/", "-", "a.", "I'm ", "HSG? ", "fever ", "no ", "+44 7700 900123 ", "中"]
    ),
    st.sampled_from([1, 200, 1999, 2000, 2001, 10_000, 30_000]),
)
orders = st.builds(
    "{}{}{}".format,
    st.sampled_from(BEFORE),
    st.one_of(st.sampled_from(ORDERS), st.sampled_from(INTENTS).map("/{}".format)),
    st.sampled_from(["", "@1.0", '{"procedure": "hysteroscopy", "topic": "cost"}', "\x00", " please"]),
)
messages = st.one_of(
    st.text(any_character, max_size=300),
    right_to_left,
    emoji,
    controls,
    stacked,
    repeated,
    orders,
    st.sampled_from(IMITATIONS),
    st.builds("{} {}".format, st.sampled_from(IMITATIONS), st.text(max_size=40)),
)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(any_character, max_size=60),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(any_character, max_size=20), inner, max_size=4),
    max_leaves=12,
)
NASTY_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"hello"',
    "not a number": b'{"message": NaN}',
    "no end": b'{"message": Infinity, "today": -Infinity}',
    "a huge number": b'{"message": 1' + b"0" * 30_000 + b"}",
    "a huge power": b'{"message": "x", "today": 1e999999}',
    "a day before all days": b'{"message": "x", "today": -99999999999999999999}',
    "deep lists": b"[" * 15_000,
    "100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"message":' * 2900,
    "deep and closed": b'{"message": "x", "id": ' + b"[" * 9_000 + b"]" * 9_000 + b"}",
    "a key twice": b'{"message": "hello", "message": "/restart", "session": null, "session": "x"}',
    "huge metadata": b'{"message": "x", "metadata": {"a": "' + b"m" * 30_000 + b'"}}',
    "100 kB": b'{"message": "' + b"x" * 100_000 + b'"}',
    "a huge key": b'{"message": "x", "' + b"k" * 30_000 + b'": 1}',
    "many keys": json.dumps({"message": "x"} | {f"k{number}": number for number in range(2500)}).encode(),
    "a key that is no text": b'{"message": "x", "\\ud800": 1}',
    "half a pair": b'{"message": "\\ud83d"}',
    "halves the wrong way round": b'{"message": "\\udc00\\ud800 hello"}',
    "latin-1": '{"message": "fièvre"}'.encode("latin-1"),
    "UTF-16": '{"message": "hello"}'.encode("utf-16"),
    "UTF-32": '{"message": "hello"}'.encode("utf-32"),
    "a byte order mark": b'\xef\xbb\xbf{"message": "hello"}',
    "a form": b"message=hello&session=",
    "the wrong types": b'{"message": {"$ne": null}, "session": [], "id": 7, "language": {}, "today": true}',
    "a prototype": b'{"message": "x", "__proto__": {"session": "x"}, "constructor": {}}',
    "a pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07builtins\x94.",
}
bodies = st.one_of(
    st.sampled_from(sorted(NASTY_BODIES.values())),
    st.binary(max_size=400),
    any_json.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(
        st.sampled_from(["message", "session", "id", "language", "today", "sender", "metadata"]), any_json
    ).map(lambda value: json.dumps(value).encode()),
)
tokens = st.one_of(
    st.text(any_character, max_size=100),
    st.sampled_from(
        [
            "",
            ".",
            "..",
            "null",
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
            "." + "A" * 500,
            "IkFBQUFBQUFBQUFBQUFBQUFBQUFBQUEi.aaaaaa." + "A" * 27,
            "default",
            "ready",
        ]
    ),
)


def body_of(message: str, session: str | None = None, **more: Any) -> bytes:
    """Return the body that sends a message; half a surrogate pair goes as an escape."""
    return json.dumps({"message": message, "session": session} | more).encode()


@dataclass
class Tally:
    """How many bad inputs were sent, and how the door answered."""

    sent: int = 0
    honest_503: int = 0
    other_5xx: int = 0
    slowest_seconds: float = 0.0

    def __str__(self) -> str:
        """Tell the figures in one line."""
        return (
            f"bad inputs {self.sent}, honest 503 {self.honest_503}, other 5xx {self.other_5xx}, "
            f"slowest {self.slowest_seconds:.2f} s"
        )

    def check(self, status: int, text: str, seconds: float = 0.0) -> None:
        """Count an answer, and refuse one that is not as the contract says."""
        self.sent += 1
        self.slowest_seconds = max(self.slowest_seconds, seconds)
        body = json.loads(text)
        honest = status == 503 and body["error"]["code"] == "away" and bool(body["error"]["phones"])
        self.honest_503 += honest
        self.other_5xx += status >= 500 and not honest
        assert "Traceback" not in text
        assert 'File "' not in text
        if status == 200:
            assert body.keys() == {"session", "replies"}
            assert body["replies"]
        else:
            assert status in REFUSALS or honest, f"{status}: {text[:200]}"
            assert body["error"]["code"]
            assert body["error"]["message"]
        assert seconds < 6


@dataclass
class Behind:
    """Stands behind the door and keeps what it was told."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request as Rasa's channel does."""
        if request.method == "POST":
            self.asked.append(json.loads(request.content))
            return httpx.Response(200, json=[{"recipient_id": "x", "text": "Hello."}])
        return httpx.Response(200, json={"model": True, "actions": True, "records": True, "locks": True})
