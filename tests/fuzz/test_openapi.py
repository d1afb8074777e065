"""Every documented operation against its description: whatever schemathesis thinks of, the door keeps its word."""

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

RIGHT, WRONG = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
OPERATIONS = [
    ("POST", "/api/chat", RIGHT),
    ("POST", "/api/chat", WRONG),
    ("POST", "/api/vote", RIGHT),  # no session that is made up opens anything
    ("POST", "/api/vote", WRONG),
    ("GET", "/api/updates", RIGHT),
    ("POST", "/api/call-back", RIGHT),
    ("POST", "/api/call-back", WRONG),
    ("GET", "/calendar/{token}.ics", RIGHT),  # any text is a right token as far as the description goes
    ("GET", "/leaflets/{name}.pdf", RIGHT),
    ("GET", "/healthz", RIGHT),
    ("GET", "/readyz", RIGHT),
]
CONFIG = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": [400, 403, 413]}}})
fuzzed = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="session")
def described(app: FastAPI) -> BaseSchema:
    """The door's own description, and the door behind it."""

    async def served(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":  # schemathesis would open and close the door for each request
            raise NotImplementedError
        await app(scope, receive, send)

    return schemathesis.openapi.from_asgi("/openapi.json", served, config=CONFIG)


def test_every_operation_of_the_description_is_fuzzed(described: BaseSchema) -> None:
    found = {(one.ok().method.upper(), one.ok().path) for one in described.get_all_operations()}
    assert found == {(method, path) for method, path, _ in OPERATIONS}


@pytest.mark.parametrize(("method", "path", "mode"), OPERATIONS)
def test_operation_keeps_to_its_description(
    described: BaseSchema, method: str, path: str, mode: GenerationMode
) -> None:
    @settings(fuzzed, max_examples=300)
    @given(described[path][method].as_strategy(generation_mode=mode))
    def keeps(case: Case) -> None:
        # A text of blanks alone is right as far as the description goes, and is refused.
        case.call_and_validate(excluded_checks=[positive_data_acceptance] if method == "POST" else [])

    keeps()
