"""A part of the really started stack, taken away for a while and back before the next test. Every wait has an end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bot.serve import Stack

BACK_WITHIN_SECONDS = 120


@contextmanager
def without(stack: Stack, part: str) -> Iterator[None]:
    """Run the stack without one of its parts; at the end it is back and answers."""
    stack.end(part)
    try:
        yield
    finally:
        bring_back(stack, part)


def bring_back(stack: Stack, part: str) -> None:
    """Begin a part again where it has ended, and wait until messages are answered."""
    if stack.processes[part].poll() is not None:
        stack.begin(part)
    deadline = time.monotonic() + BACK_WITHIN_SECONDS
    while not answers(stack):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{part} did not come back within {BACK_WITHIN_SECONDS} s; logs: {stack.folder}")
        time.sleep(0.3)


def answers(stack: Stack) -> bool:
    """Tell whether the stack is ready and answers a message."""
    try:
        with httpx.Client(base_url=stack.url, timeout=20, trust_env=False) as client:
            ready = client.get("/readyz").is_success
            return ready and client.post("/api/chat", json={"message": "hello"}).is_success
    except httpx.HTTPError:
        return False
