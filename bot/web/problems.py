"""What the door says when it cannot take a request: one shape, clear words, never a stack trace."""

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel


class PhoneLine(BaseModel):
    """A number to ring, given with a 503."""

    label: str
    number: str


class ErrorDetail(BaseModel):
    """What went wrong: a code for programs, a sentence for people."""

    code: str
    message: str
    phones: list[PhoneLine] | None = None


class ErrorBody(BaseModel):
    """The body of every error."""

    error: ErrorDetail


class Problem(Exception):
    """A request that the door does not take."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        phones: list[PhoneLine] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = ErrorBody(error=ErrorDetail(code=code, message=message, phones=phones))
        self.headers = {"Retry-After": str(retry_after_seconds)} if retry_after_seconds else {}


async def show_problem(_request: Request, problem: Exception) -> JSONResponse:
    """Return a problem as JSON."""
    shown = problem if isinstance(problem, Problem) else Problem(500, "error", "Something went wrong.")
    return JSONResponse(
        shown.body.model_dump(exclude_none=True),
        status_code=shown.status,
        headers=shown.headers,
    )
