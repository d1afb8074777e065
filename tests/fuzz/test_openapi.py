"""Every documented operation against its description: whatever schemathesis thinks of, the door keeps its word."""

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema

OPERATIONS = [
    ("POST", "/api/chat"),
    ("GET", "/calendar/{token}.ics"),
    ("GET", "/leaflets/{name}.pdf"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
]
of_any = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.fixture(scope="session")
def described(app: FastAPI) -> BaseSchema:
    """The door's own description, and the door behind it."""
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def test_every_operation_of_the_description_is_fuzzed(described: BaseSchema) -> None:
    found = [(one.ok().method.upper(), one.ok().path) for one in described.get_all_operations()]
    assert sorted(found) == sorted(OPERATIONS)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_operation_keeps_to_its_description(
    described: BaseSchema, method: str, path: str, mode: GenerationMode
) -> None:
    @of_any
    @given(described[path][method].as_strategy(generation_mode=mode))
    def keeps(case: Case) -> None:
        case.call_and_validate()

    keeps()
