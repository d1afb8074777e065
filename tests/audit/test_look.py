"""The real pip-audit against an advisory service on the loopback, and against nothing at all."""

import json
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from audit_findings import TODAY, entry
from made_up import write_yaml

from bot.audit.__main__ import audit, main, say
from bot.audit.judge import Judgement, Verdict
from bot.audit.look import CONTROL, CONTROL_ADVISORY, TOOL, NotLooked, Service, look

LINE = "{name}=={version} --hash=sha256:" + "0" * 64 + "\n"
Knows = dict[str, list[dict[str, Any]]]


def osv(package: str, name: str, *aliases: str) -> dict[str, Any]:
    """Return an advisory as OSV writes it."""
    fixed = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9"}]}]
    return {
        "id": name,
        "schema_version": "1.6.0",
        "summary": "Made up.",
        "aliases": list(aliases),
        "affected": [{"package": {"name": package, "ecosystem": "PyPI"}, "ranges": fixed}],
    }


CONTROL_KNOWN: Knows = {CONTROL: [osv(CONTROL, "PYSEC-2019-13", CONTROL_ADVISORY)]}
KERAS_KNOWN: Knows = {"keras": [osv("keras", "PYSEC-2024-1", "CVE-2024-3660")]}


@pytest.fixture
def advisories() -> Iterator[Callable[[Knows], Service]]:
    """Start an OSV service on the loopback that knows these advisories."""
    servers: list[ThreadingHTTPServer] = []

    def start(knows: Knows) -> Service:
        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                found = knows.get(asked["package"]["name"])
                body = json.dumps({"vulns": found} if found else {}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Stay silent."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return Service(f"http://127.0.0.1:{server.server_port}/v1/query")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(LINE.format(name="keras", version="2.12.0") + LINE.format(name="anyio", version="4.16.0"), "utf-8")
    return path


@pytest.fixture
def waivers(tmp_path: Path) -> Path:
    """A file without waivers."""
    path = tmp_path / "waivers.yml"
    write_yaml(path, {"waivers": []})
    return path


def tool(folder: Path, body: str) -> Path:
    """Return a program that stands in for pip-audit."""
    path = folder / "pip-audit"
    path.write_text(f"#!{sys.executable}\n{body}\n", encoding="utf-8")
    path.chmod(0o700)
    return path


@pytest.mark.parametrize(
    ("knows", "verdict"),
    [
        (CONTROL_KNOWN, Verdict.CLEAN),
        (CONTROL_KNOWN | KERAS_KNOWN, Verdict.VULNERABLE),
        (KERAS_KNOWN, Verdict.VULNERABLE),
        ({}, Verdict.NOT_AUDITED),
    ],
    ids=["control", "control and keras", "keras alone", "nothing"],
)
def test_real_pip_audit_gives_each_verdict(
    knows: Knows, verdict: Verdict, advisories: Callable[[Knows], Service], lock: Path, waivers: Path
) -> None:
    judgement, problems = audit(advisories(knows), TODAY, lock, waivers)
    assert (judgement.verdict, problems) == (verdict, [])


def test_real_finding_is_waived(advisories: Callable[[Knows], Service], lock: Path, waivers: Path) -> None:
    write_yaml(waivers, {"waivers": [entry()]})
    judgement, problems = audit(advisories(CONTROL_KNOWN | KERAS_KNOWN), TODAY, lock, waivers)
    assert (judgement.verdict, len(judgement.waived), problems) == (Verdict.CLEAN, 1, [])


def test_service_that_is_down_is_not_audited(lock: Path, waivers: Path) -> None:
    judgement, _ = audit(Service("http://127.0.0.1:9/v1/query"), TODAY, lock, waivers)
    assert judgement.verdict is Verdict.NOT_AUDITED
    assert judgement.reasons[0].startswith("pip-audit failed with exit code 1")


def test_lock_without_hashes_is_not_audited(advisories: Callable[[Knows], Service], lock: Path, waivers: Path) -> None:
    lock.write_text("keras==2.12.0\n", encoding="utf-8")
    judgement, _ = audit(advisories(CONTROL_KNOWN), TODAY, lock, waivers)
    assert judgement.verdict is Verdict.NOT_AUDITED
    assert "does not contain a hash" in judgement.reasons[0]


def test_lock_that_is_missing_is_not_audited(tmp_path: Path, waivers: Path) -> None:
    judgement, _ = audit(Service(), TODAY, tmp_path / "none.lock", waivers)
    assert judgement.verdict is Verdict.NOT_AUDITED


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise SystemExit('no network')", "failed with exit code 1: no network"),
        ("raise SystemExit(3)", "failed with exit code 3: it said nothing"),
        ("print('No known vulnerabilities found')", "cannot be read"),
        ("import time; time.sleep(30)", "was not done after 2 s"),
    ],
    ids=["fails", "fails silently", "writes no JSON", "hangs"],
)
def test_tool_that_fails_has_not_looked(body: str, reason: str, lock: Path, tmp_path: Path) -> None:
    with pytest.raises(NotLooked, match=reason):
        look(Service(), lock, tool(tmp_path, body), whole_run=2)


def test_tool_that_is_missing_has_not_looked(lock: Path, tmp_path: Path) -> None:
    with pytest.raises(NotLooked, match="could not be started"):
        look(Service(), lock, tmp_path / "none")


def test_tool_of_the_audit_is_installed() -> None:
    assert TOOL.is_file()


def test_not_audited_is_never_said_to_be_clean(capsys: pytest.CaptureFixture[str]) -> None:
    say(Judgement(Verdict.NOT_AUDITED, ("the control was not found",)), [])
    said = capsys.readouterr().out
    assert "AUDIT: NOT AUDITED" in said
    assert "clean" not in said.lower()


@pytest.mark.parametrize(
    ("verdict", "problems", "options", "code"),
    [
        (Verdict.CLEAN, [], [], 0),
        (Verdict.VULNERABLE, [], [], 1),
        (Verdict.NOT_AUDITED, [], [], 2),
        (Verdict.NOT_AUDITED, [], ["--go-on-when-not-audited"], 0),
        (Verdict.VULNERABLE, [], ["--go-on-when-not-audited"], 1),
        (Verdict.CLEAN, ["expired"], [], 1),
        (Verdict.NOT_AUDITED, ["expired"], ["--go-on-when-not-audited"], 1),
    ],
)
def test_process_ends_with_the_code_of_its_verdict(
    verdict: Verdict, problems: list[str], options: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.audit.__main__.audit", lambda *_: (Judgement(verdict), problems))
    assert main(["vulnerabilities", *options]) == code
