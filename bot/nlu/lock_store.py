"""Rasa's lock store: one message of a conversation at a time, in the order of their coming, on any number of servers.

In one process the lock is asyncio's, which is fair. With Redis the queue of a conversation is a list there: who is
first in it has the lock, each in it shows every second that it is alive, and who is gone is passed over. Each step is
one script, so that no two processes ever see themselves first.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.lock_store import LockStore
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.nlu.turn import StoreAway
from bot.settings import read_settings

ALIVE_SECONDS = 5.0
RENEW_SECONDS = 1.0
POLL_SECONDS = 0.02
# KEYS: the queue. ARGV: our ticket, for how many ms we count as alive, 1 when we come new.
# Returns 1 when we are first, 0 when we wait, -1 when we were passed over.
STAND = """
local alive = KEYS[1] .. ':alive:'
if ARGV[3] == '1' then
  redis.call('RPUSH', KEYS[1], ARGV[1])
elseif redis.call('EXISTS', alive .. ARGV[1]) == 0 then
  redis.call('LREM', KEYS[1], 0, ARGV[1])
  return -1
end
redis.call('SET', alive .. ARGV[1], '1', 'PX', ARGV[2])
redis.call('PEXPIRE', KEYS[1], 60000)
while true do
  local first = redis.call('LINDEX', KEYS[1], 0)
  if first == ARGV[1] then return 1 end
  if redis.call('EXISTS', alive .. first) == 1 then return 0 end
  redis.call('LPOP', KEYS[1])
end
"""
LEAVE = """
redis.call('LREM', KEYS[1], 0, ARGV[1])
redis.call('DEL', KEYS[1] .. ':alive:' .. ARGV[1])
return 0
"""
log = logging.getLogger("bot.nlu.lock_store")


class FairLockStore(LockStore):
    """Locks conversations in this process, or in Redis where BOT_REDIS_URL names one."""

    def __init__(self, endpoint_config: Any = None) -> None:  # noqa: ARG002  the signature is Rasa's
        settings = read_settings()
        self._own: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._redis = _open_redis(settings.redis_url, settings.deadlines.lock_store) if settings.redis_url else None

    @asynccontextmanager
    async def lock(self, conversation_id: str, *_: Any, **__: Any) -> AsyncIterator[None]:
        """Hold the lock of a conversation; who calls sets the time after which waiting ends.

        Raises:
            StoreAway: Redis did not answer in time, or our place was lost.
        """
        held = self._hold_here(conversation_id) if self._redis is None else self._hold_in_redis(conversation_id)
        async with held:
            yield

    async def is_up(self) -> bool:
        """Tell whether locks can be taken."""
        if self._redis is None:
            return True
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError, TimeoutError):
            return False

    @asynccontextmanager
    async def _hold_here(self, conversation_id: str) -> AsyncIterator[None]:
        lock = self._own.setdefault(conversation_id, asyncio.Lock())  # it goes with the last who knows it
        async with lock:
            yield

    @asynccontextmanager
    async def _hold_in_redis(self, conversation_id: str) -> AsyncIterator[None]:
        queue, ticket = f"lock:{{{conversation_id}}}", uuid.uuid4().hex
        try:
            place = await self._stand(queue, ticket, first_time=True)
            while place == 0:
                await asyncio.sleep(POLL_SECONDS)
                place = await self._stand(queue, ticket)
            if place < 0:
                raise StoreAway
            holder = asyncio.current_task()
            renewing = asyncio.create_task(self._renew(queue, ticket, holder))
            try:
                yield
            finally:
                renewing.cancel()
        finally:
            with suppress(RedisError, OSError, TimeoutError):
                await asyncio.shield(self._leave(queue, ticket))

    async def _stand(self, queue: str, ticket: str, *, first_time: bool = False) -> int:
        alive = str(int(ALIVE_SECONDS * 1000))
        try:
            return int(await self._eval(STAND, queue, ticket, alive, "1" if first_time else "0"))
        except (RedisError, OSError, TimeoutError) as error:
            log.error("the locks cannot be reached: %s", type(error).__name__)
            raise StoreAway from error

    async def _renew(self, queue: str, ticket: str, holder: "asyncio.Task[Any] | None") -> None:
        """Show that the holder is alive; end its turn where that failed for so long that another may be first."""
        lost_at = asyncio.get_running_loop().time() + ALIVE_SECONDS
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            now = asyncio.get_running_loop().time()
            try:
                is_ours = await self._stand(queue, ticket) == 1
            except StoreAway:
                is_ours = now + RENEW_SECONDS < lost_at
            else:
                lost_at = now + ALIVE_SECONDS
            if not is_ours and holder is not None:
                holder.cancel()
                return

    async def _leave(self, queue: str, ticket: str) -> None:
        await self._eval(LEAVE, queue, ticket)

    async def _eval(self, script: str, queue: str, *arguments: str) -> Any:
        if self._redis is None:
            raise StoreAway
        return await self._redis.eval(script, 1, queue, *arguments)  # type: ignore[misc]


def _open_redis(url: str, within_seconds: float) -> Redis:
    redis: Redis = Redis.from_url(
        url,
        socket_timeout=within_seconds,
        socket_connect_timeout=within_seconds,
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[ConnectionError],
        health_check_interval=5,
    )
    return redis
