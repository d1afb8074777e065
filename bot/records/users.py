"""The clinic's staff: who may come in, with which role, and their logins. Passwords are kept as argon2 hashes.

Plain SQLAlchemy with the time passed in; what a role may do stands in `bot/desk/access.py`.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records.tables import SessionRecord, UserRecord

Role = Literal["clerk", "editor", "clinician", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
LEAST_PASSWORD, MOST_PASSWORD = 12, 256
NAME = re.compile(r"[a-z][a-z0-9._-]{1,63}")
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
IDLE = timedelta(hours=1)
LONGEST = timedelta(hours=12)


class BadUser(Exception):
    """A name, role or password that cannot be used; the message says why."""


class NoEntry(Exception):
    """A name and password that do not open the desk."""


class Locked(NoEntry):
    """Too many wrong passwords; tried again after `LOCKED_FOR`."""


@dataclass(frozen=True)
class User:
    """A member of the staff."""

    name: str
    full_name: str
    role: Role
    is_disabled: bool = False


@dataclass(frozen=True)
class Login:
    """An open session: whose, and what each form of it must bring along."""

    user: User
    csrf: str = field(repr=False)


@dataclass(frozen=True)
class Users:
    """The staff in one database. Each call is a transaction of its own."""

    engine: Engine
    hasher: PasswordHasher = field(default_factory=PasswordHasher)

    def add(self, name: str, full_name: str, role: str, password: str, now: datetime) -> User:
        """Add a member of the staff.

        Raises:
            BadUser: the name is taken or odd, there is no such role, or the password is too short.
        """
        if not NAME.fullmatch(name):
            raise BadUser(f"{name}: expected 2 to 64 small letters, digits, dots, dashes")
        if role not in ROLES:
            raise BadUser(f"{role}: expected one of {', '.join(ROLES)}")
        full_name = " ".join(full_name.split())
        if not 1 <= len(full_name) <= 128:
            raise BadUser("the full name is missing or too long")
        record = UserRecord(
            name=name,
            full_name=full_name,
            role=role,
            password_hash=self._hash(password),
            failures=0,
            created_at=now,
        )
        try:
            with Session(self.engine) as session, session.begin():
                session.add(record)
        except IntegrityError as error:
            raise BadUser(f"{name}: this name is taken") from error
        return User(name, full_name, role)

    def change(
        self,
        name: str,
        now: datetime,
        *,
        role: str | None = None,
        password: str | None = None,
        disabled: bool | None = None,
    ) -> None:
        """Change a role, password or whether somebody may come in; the open logins of that person end.

        Raises:
            BadUser: there is no such name or role, or the password is too short.
        """
        if role is not None and role not in ROLES:
            raise BadUser(f"{role}: expected one of {', '.join(ROLES)}")
        hashed = self._hash(password) if password is not None else None
        with Session(self.engine) as session, session.begin():
            record = session.get(UserRecord, name)
            if record is None:
                raise BadUser(f"{name}: there is nobody of this name")
            record.role = role or record.role
            if hashed is not None:
                record.password_hash, record.failures, record.locked_until = hashed, 0, None
            if disabled is not None:
                record.disabled_at = now if disabled else None
            session.execute(delete(SessionRecord).where(SessionRecord.user_name == name))

    def all(self) -> list[User]:
        """Return everybody, by name."""
        with Session(self.engine) as session:
            return [_user(record) for record in session.scalars(select(UserRecord).order_by(UserRecord.name))]

    def let_in(self, name: str, password: str, now: datetime) -> tuple[str, User]:
        """Return the token of a new login and whose it is.

        Raises:
            Locked: too many wrong passwords were tried.
            NoEntry: the name or the password is wrong, or this person may not come in any more.
        """
        with Session(self.engine) as session:
            record = session.get(UserRecord, name)
            hashed = record.password_hash if record is not None else None
            if record is not None and record.locked_until is not None and record.locked_until > now:
                raise Locked
        if not self._is_right(hashed, password[:MOST_PASSWORD]) or record is None:
            self._count_failure(name, now)
            raise NoEntry
        if record.disabled_at is not None:
            raise NoEntry
        token = secrets.token_urlsafe(32)
        with Session(self.engine) as session, session.begin():
            renewed = (
                {"password_hash": self.hasher.hash(password)}
                if self.hasher.check_needs_rehash(record.password_hash)
                else {}
            )
            session.execute(
                update(UserRecord).where(UserRecord.name == name).values(failures=0, locked_until=None, **renewed)
            )
            session.execute(delete(SessionRecord).where(SessionRecord.created_at < now - LONGEST))
            session.add(
                SessionRecord(
                    token_hash=_hash_of(token),
                    user_name=name,
                    csrf=secrets.token_urlsafe(32),
                    created_at=now,
                    seen_at=now,
                )
            )
        return token, _user(record)

    def login_of(self, token: str, now: datetime, *, is_active: bool = True) -> Login | None:
        """Return the login that a token opens; null where it ended. `is_active`: a person asks, no page by itself."""
        with Session(self.engine) as session, session.begin():
            found = session.execute(
                select(SessionRecord, UserRecord)
                .join(UserRecord, UserRecord.name == SessionRecord.user_name)
                .where(SessionRecord.token_hash == _hash_of(token))
            ).first()
            if found is None:
                return None
            login, user = found
            ended = login.created_at < now - LONGEST or login.seen_at < now - IDLE or user.disabled_at is not None
            if ended:
                session.delete(login)
                return None
            if is_active and login.seen_at < now - timedelta(seconds=30):
                login.seen_at = now
            return Login(_user(user), login.csrf)

    def let_out(self, token: str) -> None:
        """End a login."""
        with Session(self.engine) as session, session.begin():
            session.execute(delete(SessionRecord).where(SessionRecord.token_hash == _hash_of(token)))

    def _count_failure(self, name: str, now: datetime) -> None:
        with Session(self.engine) as session, session.begin():
            record = session.get(UserRecord, name, with_for_update=True)
            if record is None:
                return
            record.failures += 1
            if record.failures >= MOST_FAILURES:
                record.failures, record.locked_until = 0, now + LOCKED_FOR

    def _is_right(self, hashed: str | None, password: str) -> bool:
        """Tell whether a password is right; where there is nobody of the name it takes as long."""
        try:
            return self.hasher.verify(hashed or self.hasher.hash(secrets.token_hex(8)), password) and hashed is not None
        except (Argon2Error, InvalidHashError):
            return False

    def _hash(self, password: str) -> str:
        if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
            raise BadUser(f"the password has {len(password)} characters; expected {LEAST_PASSWORD} to {MOST_PASSWORD}")
        return self.hasher.hash(password)


def _user(record: UserRecord) -> User:
    return User(record.name, record.full_name, record.role, record.disabled_at is not None)  # type: ignore[arg-type]


def _hash_of(token: str) -> str:
    return sha256(token.encode(errors="surrogatepass")).hexdigest()
