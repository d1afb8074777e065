"""`python -m bot.evaluation` as a whole, against a stand-in for the assistant."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hand_made import ANSWER

from bot.evaluation.__main__ import main
from bot.ports import free_port

LINE = json.dumps({"id": "q1", "text": "Does it hurt?", "scope": "in", "topics": [["pain"]]})


class AlwaysOnPain(BaseHTTPRequestHandler):
    """Answers every message under the topic pain."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"session": "", "replies": [ANSWER | {"topic": "pain", "buttons": []}]}).encode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a stand-in for the assistant."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), AlwaysOnPain)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with one message."""
    path = tmp_path / "pains.jsonl"
    path.write_text(LINE, encoding="utf-8")
    return path


def test_run_prints_and_keeps(tmp_path: Path, address: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results"
    codes = [main([str(file), address], results) for _ in range(2)]
    told = capsys.readouterr().out
    assert codes == [0, 0]
    assert "the first run of this file" in told
    assert "last column: change since" in told
    assert sorted(path.name for path in results.iterdir()) == [
        "evaluate-pains.html",
        "evaluate-pains.json",
        "history.jsonl",
    ]
    assert len((results / "history.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    kept = json.loads((results / "evaluate-pains.json").read_text(encoding="utf-8"))
    assert kept["figures"]["in scope: told under a right topic"] == 1.0
    assert kept["messages"][0]["replies"][0]["topic"] == "pain"


def test_bad_file_ends_with_code_2_and_leaves_nothing(
    tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file.write_text(f"{LINE}\nkites\n", encoding="utf-8")
    assert main([str(file)], tmp_path / "results") == 2
    assert f"{file}: line 2: is not JSON" in caplog.text
    assert not (tmp_path / "results").exists()


def test_assistant_that_does_not_answer_ends_with_code_1(
    tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert main([str(file), f"http://127.0.0.1:{free_port()}"], tmp_path / "results") == 1
    assert "q1: no replies from http://127.0.0.1:" in caplog.text


def test_topic_that_is_not_in_the_table_is_told(
    tmp_path: Path, address: str, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file.write_text(LINE.replace('"pain"', '"pian"'), encoding="utf-8")
    assert main([str(file), address], tmp_path / "results") == 0
    assert "q1: no topic of the knowledge table is called pian" in caplog.text


@pytest.mark.parametrize("arguments", [[], ["a", "b", "c"]])
def test_wrong_arguments_end_with_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
