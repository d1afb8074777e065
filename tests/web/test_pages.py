"""The pages of the door: what they show, their headers, and that nothing comes from elsewhere."""

import re
from html.parser import HTMLParser

import pytest
from stand_in import CHAT, OpenDoor
from starlette.testclient import TestClient

from bot.settings import Clinic
from bot.web.pages import content_policy

PAGES = ["/", "/sample-clinic", "/privacy"]
EVERYTHING = [*PAGES, "/widget.js", "/static/chat.js", "/static/chat.css", "/healthz", "/openapi.json", "/nowhere"]
LOADING = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("form", "action"),
}

LOADS_FROM_ELSEWHERE = re.compile(
    r"""(?:\bimport|\bfrom|@import|importScripts|fetch|Worker|WebSocket|EventSource|url|src\s*=|href\s*=)"""
    r"""\s*\(?\s*["'`]?(?:(?:https?|wss?):)?//"""
)


class Page(HTMLParser):
    """Collects what a page loads and what it runs or styles in line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        self.loaded += [value or "" for name, value in attrs if (tag, name) in LOADING]
        self.inline += [f"{tag} {name}" for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_endtag(self, _tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style") and data.strip():
            self.inline.append(self._open)


def policy_of(text: str) -> dict[str, list[str]]:
    parts = (part.split() for part in text.split(";"))
    return {name: values for name, *values in parts}


# What they show


@pytest.mark.parametrize("path", PAGES)
def test_page_is_html_and_names_the_clinic(door: TestClient, clinic: Clinic, path: str) -> None:
    response = door.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert clinic.name in response.text


@pytest.mark.parametrize("path", ["/", "/sample-clinic"])
def test_page_gives_every_phone_the_hours_and_the_emergency_number(door: TestClient, clinic: Clinic, path: str) -> None:
    text = door.get(path).text
    wanted = [clinic.emergency_number, clinic.hours_line, *(phone.number for phone in clinic.phones)]
    assert len(wanted) > 2
    assert [value for value in wanted if value not in text] == []


@pytest.mark.parametrize("path", PAGES)
def test_page_shows_a_name_as_text_whatever_it_holds(open_door: OpenDoor, clinic: Clinic, path: str) -> None:
    door = open_door(clinic=clinic.model_copy(update={"name": "<script>alert(1)</script>"}))
    text = door.get(path).text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


# What they load


@pytest.mark.parametrize("path", PAGES)
def test_page_loads_our_own_files_alone(door: TestClient, path: str) -> None:
    loaded = Page(door.get(path).text).loaded
    assert loaded
    assert [url for url in loaded if url != "data:," and (not url.startswith("/") or url.startswith("//"))] == []


@pytest.mark.parametrize("path", PAGES)
def test_page_loads_files_that_exist(door: TestClient, path: str) -> None:
    urls = [url for url in Page(door.get(path).text).loaded if url.startswith("/")]
    assert urls
    assert {url: door.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


@pytest.mark.parametrize("path", PAGES)
def test_page_holds_no_script_or_style_in_line(door: TestClient, path: str) -> None:
    assert Page(door.get(path).text).inline == []


@pytest.mark.parametrize("path", ["/widget.js", "/static/chat.js", "/static/chat.css", "/static/sample_clinic.css"])
def test_file_loads_nothing_from_elsewhere(door: TestClient, path: str) -> None:
    code = re.sub(r"/\*.*?\*/", "", door.get(path).text, flags=re.DOTALL)
    assert code
    assert LOADS_FROM_ELSEWHERE.findall(code) == []


@pytest.mark.parametrize(("path", "kind"), [("/widget.js", "text/javascript"), ("/static/chat.css", "text/css")])
def test_file_has_the_type_of_its_content(door: TestClient, path: str, kind: str) -> None:
    assert door.get(path).headers["content-type"].startswith(kind)


@pytest.mark.parametrize(
    "path", ["/static/%2e%2e/pages.py", "/static/..%2fpages.py", "/static/%2e%2e/templates/chat.html", "/static/"]
)
def test_files_outside_the_static_folder_are_not_served(door: TestClient, path: str) -> None:
    assert door.get(path).status_code == 404


# Their headers


def test_form_of_the_desk_says_where_it_comes_from_and_no_other_site_is_told(door: TestClient) -> None:
    assert door.get("/desk/login").headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", EVERYTHING)
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ],
)
def test_every_response_has_the_safety_headers(door: TestClient, path: str, header: str, value: str) -> None:
    assert door.get(path).headers[header] == value


@pytest.mark.parametrize("path", EVERYTHING)
def test_every_response_has_the_content_policy(door: TestClient, clinic: Clinic, path: str) -> None:
    framed_by = ("'self'", *clinic.embed_origins) if path == "/" else ("'none'",)
    assert door.get(path).headers["content-security-policy"] == content_policy(*framed_by)


@pytest.mark.parametrize("path", [path for path in EVERYTHING if path != "/"])
def test_only_the_chat_may_be_framed(door: TestClient, path: str) -> None:
    assert door.get(path).headers["x-frame-options"] == "DENY"


def test_response_has_the_id_of_its_request(door: TestClient) -> None:
    assert (
        door.get("/healthz", headers={"X-Request-Id": "from-the-proxy-1"}).headers["x-request-id"] == "from-the-proxy-1"
    )


@pytest.mark.parametrize("sent", ["short", "a" * 65, "with space in it", '{"odd": 1}'])
def test_request_id_of_another_shape_is_not_taken(door: TestClient, sent: str) -> None:
    assert re.fullmatch("[0-9a-f]{32}", door.get("/healthz", headers={"X-Request-Id": sent}).headers["x-request-id"])


def test_widget_alone_may_be_loaded_by_other_sites(door: TestClient) -> None:
    found = {path: door.get(path).headers["cross-origin-resource-policy"] for path in EVERYTHING}
    assert {path for path, policy in found.items() if policy == "cross-origin"} == {"/widget.js"}


def test_https_is_kept_to_where_the_address_from_outside_has_it(open_door: OpenDoor) -> None:
    door = open_door(public_url="https://chat.clinic.example")
    assert door.get("/").headers["strict-transport-security"].startswith("max-age=63072000")


@pytest.mark.parametrize("path", ["/?lang=en", "/?lang=zh", "/privacy?lang=en", "/privacy?lang=zh"])
def test_patient_is_told_how_long_the_chat_is_kept(open_door: OpenDoor, path: str) -> None:
    page = open_door(retention_days=77).get(path).text
    assert "77" in page
    assert "{days}" not in page


def test_chat_is_never_kept_by_a_cache(door: TestClient) -> None:
    assert door.post(CHAT, json={"message": "hello"}).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_page_is_asked_for_again_each_time(door: TestClient, path: str) -> None:
    assert door.get(path).headers["cache-control"] == "no-cache"


def test_door_does_not_let_other_sites_read_the_chat(door: TestClient) -> None:
    response = door.post(CHAT, json={"message": "hello"}, headers={"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    ("directive", "values"),
    [
        ("default-src", ["'none'"]),
        ("script-src", ["'self'"]),
        ("style-src", ["'self'"]),
        ("connect-src", ["'self'"]),
        ("frame-src", ["'self'"]),
        ("base-uri", ["'none'"]),
        ("form-action", ["'none'"]),
    ],
)
def test_content_policy_allows_our_own_files_alone(clinic: Clinic, directive: str, values: list[str]) -> None:
    assert policy_of(content_policy("'self'", *clinic.embed_origins))[directive] == values


@pytest.mark.parametrize(
    "origins", [(), ("https://clinic.example",), ("https://clinic.example", "https://www.clinic.example")]
)
def test_only_the_sites_of_the_clinic_file_may_frame_the_chat(
    open_door: OpenDoor, clinic: Clinic, origins: tuple[str, ...]
) -> None:
    door = open_door(clinic=clinic.model_copy(update={"embed_origins": origins}))
    policy = policy_of(door.get("/").headers["content-security-policy"])
    assert policy["frame-ancestors"] == ["'self'", *origins]
