"""Add somebody to the staff, or give a new password: `python -m bot.desk NAME ROLE "FULL NAME"`; `make user` calls it.

The password is asked for, or read from standard input where that is no terminal. There is no default one.
"""

import argparse
import getpass
import sys
from collections.abc import Sequence

from bot.records.audit import Audit
from bot.records.conversations import now_utc
from bot.records.tables import open_records
from bot.records.users import ROLES, BadUser, Users
from bot.settings import read_settings

BY = "command line"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; return 1 where it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m bot.desk", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("full_name", nargs="?", default="", help="not needed for somebody who is there already")
    asked = parser.parse_args(arguments)
    records = open_records(read_settings().records_url)
    users, audit, name = Users(records), Audit(records), asked.name.strip().lower()
    is_there = name in {user.name for user in users.all()}
    try:
        password = _password()
        if is_there:
            users.change(name, now_utc(), role=asked.role, password=password, disabled=False)
        else:
            users.add(name, asked.full_name or name, asked.role, password, now_utc())
    except BadUser as error:
        sys.stderr.write(f"{error}\n")
        return 1
    audit.note(BY, "changed in the staff" if is_there else "added to the staff", name, role=asked.role)
    sys.stdout.write(f"{name} may come in as {asked.role}.\n")
    return 0


def _password() -> str:
    """Return the password that is typed.

    Raises:
        BadUser: it was typed two different ways.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password (12 characters or more): ")
    if getpass.getpass("Again: ") != password:
        raise BadUser("the two passwords differ")
    return password


if __name__ == "__main__":
    sys.exit(main())
