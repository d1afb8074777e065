"""The really started stack towards strangers: sessions, other sites, what listens where, and what the logs keep."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from outage import without

from bot.files import ROOT
from bot.internal import HEADER, internal_token
from bot.ports import free_port
from bot.secret import read_secret
from bot.serve import Stack
from bot.settings import Clinic
from bot.web.sessions import Sessions, open_sessions

pytestmark = pytest.mark.stack

CHAT = "/api/chat"
HSG_QUESTION = "Which days of my cycle are right for the HSG?"
STRANGER = "https://stranger.example"
PAGES = ["/", "/?lang=zh", "/privacy", "/sample-clinic", "/sources", "/leaflets"]
FILES = ["/widget.js", "/static/chat.js", "/static/chat.css", "/leaflets/hsg.pdf", "/openapi.json", "/nowhere", CHAT]
LEAST_BITS = 128
RASAS_OWN = [
    "/version",
    "/status",
    "/model",
    "/model/parse",
    "/model/train",
    "/domain",
    "/conversations/x/tracker",
    "/conversations/x/tracker/events",
    "/conversations/x/messages",
    "/conversations/x/trigger_intent",
]
STOCK_CHANNELS = ["/webhooks/rest/webhook", "/webhooks/callback/webhook", "/webhooks/telegram/webhook", "/socket.io/"]
WITHIN_SECONDS = 120
ESTABLISHED, LISTENING = "01", "0A"
CANARY = "qzvxkanarienvogel"
PHONE = "07700 900461"
Forge = Callable[[str], str]


def says(client: httpx.Client, message: str, session: str | None = None) -> httpx.Response:
    return client.post(CHAT, json={"message": message, "session": session})


def begin(client: httpx.Client, message: str = HSG_QUESTION) -> str:
    session: str = says(client, message).json()["session"]
    return session


def coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.fixture(scope="module")
def sessions(stack: Stack) -> Sessions:
    """The sessions of the started door."""
    return open_sessions(stack.folder / "secret", hours=12)


# Sessions


def test_token_of_a_patient_gives_her_conversation_and_no_other(client: httpx.Client) -> None:
    hers, mine = begin(client), begin(client, "Does a hysteroscopy hurt?")
    (reply,) = says(client, "And for hysteroscopy?", hers).json()["replies"]
    assert (reply["topic"], reply["procedure"]) == ("timing", "hysteroscopy")
    (reply,) = says(client, "And for the HSG?", mine).json()["replies"]
    assert (reply["topic"], reply["procedure"]) == ("pain", "hsg")


FORGERIES: dict[str, Forge] = {
    "nothing": lambda _token: "",
    "blanks": lambda token: f" {token} ",
    "cut off": lambda token: token[:-5],
    "cut off in front": lambda token: token[1:],
    "no signature": lambda token: token.rpartition(".")[0] + ".",
    "no moment": lambda token: f"{token.split('.')[0]}.{token.split('.')[2]}",
    "another id": lambda token: ".".join([coded(json.dumps("A" * 22)), *token.split(".")[1:]]),
    "a later moment": lambda token: ".".join([token.split(".")[0], "f_____", token.split(".")[2]]),
    "signature turned round": lambda token: token.rpartition(".")[0] + "." + token.rpartition(".")[2][::-1],
    "no algorithm": lambda token: f"{coded(json.dumps({'alg': 'none'}))}.{token.split('.')[0]}.",
    "twice": lambda token: f"{token}.{token}",
    "the id alone": lambda token: base64.urlsafe_b64decode(token.split(".")[0] + "==").decode().strip('"'),
    "Rasa's own sender": lambda _token: "default",
}


@pytest.mark.parametrize("how", FORGERIES)
def test_forged_session_is_refused(client: httpx.Client, how: str) -> None:
    response = says(client, "hello", FORGERIES[how](begin(client)))
    assert (response.status_code, response.json()["error"]["code"]) == (403, "bad_session")


def test_session_signed_with_another_secret_is_refused(
    client: httpx.Client, sessions: Sessions, tmp_path: Path
) -> None:
    others = open_sessions(tmp_path / "secret", hours=12)
    assert says(client, "hello", others.seal(sessions.open(begin(client)))).status_code == 403


def test_session_that_has_expired_is_refused(
    client: httpx.Client, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = sessions.serializer.make_signer(sessions.serializer.salt).get_timestamp() - 12 * 3600 - 60
    with monkeypatch.context() as patch:
        patch.setattr("itsdangerous.TimestampSigner.get_timestamp", lambda _signer: long_ago)
        old = sessions.seal(sessions.new())
    response = says(client, "hello", old)
    assert response.status_code == 403
    assert "expired" in response.json()["error"]["message"]


def test_link_of_a_calendar_file_is_no_session(client: httpx.Client) -> None:
    replies = says(client, "My period ended yesterday. When can I have the HSG?").json()["replies"]
    links = [file["url"] for reply in replies for file in reply["files"] if file["type"] == "text/calendar"]
    token = links[0].rpartition("/")[2].removesuffix(".ics")
    assert says(client, "hello", token).status_code == 403


def test_ids_of_sessions_are_too_many_to_guess(sessions: Sessions) -> None:
    drawn = [base64.urlsafe_b64decode(sessions.new() + "==") for _ in range(1000)]
    assert len(set(drawn)) == 1000
    assert {len(one) * 8 for one in drawn} == {LEAST_BITS}
    ones = sum(one.bit_count() for one in (int.from_bytes(one) for one in drawn))
    assert abs(ones / (1000 * LEAST_BITS) - 0.5) < 0.01  # seven standard deviations


def test_started_door_gives_each_new_conversation_an_id_of_its_own(client: httpx.Client, sessions: Sessions) -> None:
    assert len({sessions.open(begin(client, "Hello")) for _ in range(20)}) == 20


# Other sites


@pytest.mark.parametrize("path", [*PAGES, *FILES])
@pytest.mark.parametrize("origin", [STRANGER, "null", "https://www.example-clinic.test"])
def test_no_site_is_let_read_what_the_door_says(client: httpx.Client, path: str, origin: str) -> None:
    response = client.get(path, headers={"Origin": origin})
    assert [name for name in response.headers if name.startswith("access-control-")] == []


def test_another_sites_question_whether_it_may_send_is_refused(client: httpx.Client) -> None:
    asking = {
        "Origin": STRANGER,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    response = client.options(CHAT, headers=asking)
    assert response.status_code == 405
    assert [name for name in response.headers if name.startswith("access-control-")] == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_what_a_site_may_send_without_asking_is_not_taken(client: httpx.Client, kind: str) -> None:
    response = client.post(CHAT, content=b'{"message": "hello"}', headers={"Content-Type": kind, "Origin": STRANGER})
    assert response.status_code == 415


def test_door_sets_no_cookie(client: httpx.Client) -> None:
    assert [path for path in [*PAGES, *FILES] if "set-cookie" in client.get(path).headers] == []


def policy(client: httpx.Client, path: str) -> dict[str, list[str]]:
    parts = client.get(path).headers["content-security-policy"].split("; ")
    return {name: values for name, *values in (part.split() for part in parts)}


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_every_page_loads_our_own_files_alone(client: httpx.Client, path: str) -> None:
    allowed = policy(client, path)
    assert allowed["default-src"] == allowed["base-uri"] == allowed["form-action"] == ["'none'"]
    assert allowed["script-src"] == allowed["style-src"] == allowed["connect-src"] == ["'self'"]


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_chat_alone_may_be_framed_and_by_the_clinics_sites_alone(
    client: httpx.Client, clinic: Clinic, path: str
) -> None:
    is_chat = path.partition("?")[0] == "/"
    framed_by = ["'self'", *clinic.embed_origins] if is_chat else ["'none'"]
    assert policy(client, path)["frame-ancestors"] == framed_by
    assert ("x-frame-options" in client.get(path).headers) is not is_chat


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_every_answer_has_the_headers_that_keep_it_safe(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers


def test_wrong_method_says_which_are_right(client: httpx.Client) -> None:
    assert client.get(CHAT).headers["allow"] == "POST"


# What listens where


def sockets(processes: list[int], state: str) -> list[tuple[str, str]]:
    """Return own and other end of the sockets of processes that are in a state, as the kernel writes them."""
    held = set()
    for process in processes:
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            try:
                held.add(os.readlink(descriptor))
            except FileNotFoundError:
                continue
    rows = [line.split() for table in ("tcp", "tcp6") for line in _table(table)]
    return [(row[1], row[2]) for row in rows if row[3] == state and f"socket:[{row[9]}]" in held]


def _table(name: str) -> list[str]:
    return Path(f"/proc/net/{name}").read_text().splitlines()[1:]


def processes_of(stack: Stack, part: str) -> list[int]:
    """Return the processes of a part: it leads a session of its own."""
    leader = stack.processes[part].pid
    running = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = []
    for one in running:
        try:
            if os.getsid(one) == leader:
                found.append(one)
        except ProcessLookupError:
            continue
    return found


def is_of_the_loopback(end: str) -> bool:
    """Tell whether the kernel's hexadecimal address is of net 127 (the last of its four bytes comes first)."""
    address = end.partition(":")[0]
    return len(address) == 8 and address.endswith("7F")


@pytest.mark.parametrize("part", ["door", "rasa", "actions"])
def test_part_listens_on_the_loopback_alone(stack: Stack, part: str) -> None:
    listening = [own for own, _ in sockets(processes_of(stack, part), LISTENING)]
    port = {"door": stack.door_port, "rasa": stack.rasa_port, "actions": stack.actions_port}[part]
    assert f"{port:04X}" in {own.partition(":")[2] for own in listening}
    assert [own for own in listening if not is_of_the_loopback(own)] == []


@pytest.mark.parametrize("part", ["door", "rasa", "actions"])
def test_part_is_connected_with_nobody_outside(client: httpx.Client, stack: Stack, part: str) -> None:
    says(client, HSG_QUESTION)
    connected = [other for _, other in sockets(processes_of(stack, part), ESTABLISHED)]
    assert [other for other in connected if not is_of_the_loopback(other)] == []


@pytest.mark.parametrize("part", ["door", "rasa", "actions"])
def test_rasa_reports_to_nobody(stack: Stack, part: str) -> None:
    environ = Path(f"/proc/{stack.processes[part].pid}/environ").read_text().split("\0")
    assert "RASA_TELEMETRY_ENABLED=false" in environ


def test_telemetry_is_off_however_rasa_is_started() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RASA_")}
    asked = "import os; print(os.environ['RASA_TELEMETRY_ENABLED'])"
    found = subprocess.run([sys.executable, "-c", asked], env=environ, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "false"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", [*RASAS_OWN, *STOCK_CHANNELS])
def test_rasas_own_interface_and_channels_are_off(stack: Stack, method: str, path: str) -> None:
    url = f"http://127.0.0.1:{stack.rasa_port}{path}"
    assert httpx.request(method, url, json={"sender": "x", "message": "hello"}, trust_env=False).status_code == 404


@pytest.mark.parametrize("path", [*RASAS_OWN, *STOCK_CHANNELS, "/webhooks/door/webhook", "/webhook"])
def test_door_passes_nobody_on_to_what_is_behind_it(client: httpx.Client, path: str) -> None:
    assert client.post(path, json={"sender": "x", "message": "hello"}).status_code == 404


@pytest.mark.parametrize("token", [None, "", "guessed", "0" * 64, "é"])
@pytest.mark.parametrize("part", ["rasa", "actions"])
def test_part_behind_the_door_hears_nobody_without_the_token(stack: Stack, part: str, token: str | None) -> None:
    port, path = {
        "rasa": (stack.rasa_port, "/webhooks/door/webhook"),
        "actions": (stack.actions_port, "/webhook"),
    }[part]
    body = {"sender": "A" * 22, "message": "hello", "message_id": "x", "next_action": "action_make_small_talk"}
    headers = {} if token is None else {HEADER: token.encode()}
    response = httpx.post(f"http://127.0.0.1:{port}{path}", json=body, headers=headers, trust_env=False)
    assert (response.status_code, response.json()) == (403, {"error": "forbidden"})


def test_token_opens_the_channel(stack: Stack) -> None:
    """The refusals above would prove nothing, were the address wrong."""
    response = httpx.post(
        f"http://127.0.0.1:{stack.rasa_port}/webhooks/door/webhook",
        json={"sender": "A" * 22, "message": "hello", "message_id": "security"},
        headers={HEADER: internal_token(read_secret(stack.folder / "secret"))},
        timeout=20,
        trust_env=False,
    )
    assert response.status_code == 200
    assert response.json()


# What is refused at a start


def start(*command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**kept, **environ},
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_demo_refuses_a_public_address(host: str) -> None:
    ended = start("bot.serve", BOT_HOST=host, PORT=str(free_port()))
    assert ended.returncode == 1
    assert f"is a demo for this machine alone, not for {host}" in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("address", ["", "http://chat.clinic.example"])
def test_door_refuses_a_public_address_without_https(stack: Stack, address: str) -> None:
    environ = {"BOT_SECRET_FILE": str(stack.folder / "secret"), "BOT_HOST": "0.0.0.0", "PORT": str(free_port())}
    ended = start("bot.parts", "door", **environ, **({"BOT_PUBLIC_URL": address} if address else {}))
    assert ended.returncode == 1
    assert "BOT_PUBLIC_URL must name its https:// address" in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr


def test_door_refuses_to_start_without_a_secret(tmp_path: Path) -> None:
    ended = start("bot.parts", "door", BOT_SECRET_FILE=str(tmp_path / "secret"), PORT=str(free_port()))
    assert ended.returncode == 1
    assert "secret" in ended.stderr + ended.stdout
    assert not (tmp_path / "secret").exists()


def test_secret_and_endpoints_are_for_us_alone_to_read(stack: Stack) -> None:
    kept = [stack.folder / "secret", *stack.folder.glob("endpoints-*.yml")]
    assert len(kept) == 2
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}


# What the logs keep


@pytest.fixture(scope="module")
def logs(client: httpx.Client, stack: Stack) -> dict[str, str]:
    """The logs, after a mark was sent in every kind of message; under "tokens" what stood in the sessions."""
    told = f"My name is {CANARY}, ring me on {PHONE}"
    session = begin(client, f"{told}. Does the HSG hurt?")
    statuses = [
        says(client, f"{told}, I have soaked a pad every hour since this morning", session).status_code,
        says(client, f"{told}. My period ended on 3 March 2026, when can I have the HSG?", session).status_code,
        says(client, f"/{CANARY}{{", session).status_code,
        says(client, f"{told} " * 200, session).status_code,
        says(client, told, session + CANARY).status_code,
        client.post(CHAT, json={"message": told, CANARY: PHONE, "session": session}).status_code,
        client.post(CHAT, content=f'{{"message": "{told}"', headers={"Content-Type": "application/json"}).status_code,
        client.post(CHAT, content=told, headers={"Content-Type": "text/plain"}).status_code,
        client.get(f"/calendar/{CANARY}.ics").status_code,
        client.get(f"/{CANARY}", params={"phone": PHONE}).status_code,
        httpx.post(f"http://127.0.0.1:{stack.rasa_port}/webhooks/door/webhook", json={"message": told}).status_code,
    ]
    assert statuses == [200, 200, 200, 413, 403, 400, 400, 415, 404, 404, 403]
    with without(stack, "actions"):
        assert says(client, f"{told}. What does it cost?", session).status_code == 503
    assert says(client, f"{told}. What does it cost?", session).status_code == 200
    found = {path.name: path.read_text(errors="replace") for path in stack.folder.glob("*.log")}
    return found | {"tokens": session}


@pytest.mark.parametrize("log", ["door.log", "rasa.log", "actions.log"])
def test_log_holds_nothing_of_a_message(logs: dict[str, str], log: str) -> None:
    token = logs["tokens"]
    marks = [CANARY, CANARY.capitalize(), PHONE, PHONE.replace(" ", ""), "soaked", "3 March", token, *token.split(".")]
    assert [mark for mark in marks if mark in logs[log]] == []


def test_log_holds_no_session_and_no_secret(logs: dict[str, str], stack: Stack, sessions: Sessions) -> None:
    secret = read_secret(stack.folder / "secret")
    secrets = [sessions.open(logs["tokens"]), secret, internal_token(secret)]
    assert [(name, mark) for name in logs if name != "tokens" for mark in secrets if mark in logs[name]] == []


def test_failure_of_a_part_is_in_a_log_without_its_words(logs: dict[str, str]) -> None:
    assert re.search(r'"event": "no answer: \w+"', logs["door.log"])
    assert "Traceback" not in logs["door.log"] + logs["actions.log"]
