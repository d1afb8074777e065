"""What nginx answers in place of a door that is away: the notice of the door itself, with the clinic's phones.

`python -m bot.cluster.away > deploy/away.json` writes it for a production server; again when the clinic
has changed.
"""

import sys

from bot.knowledge.check import check_knowledge
from bot.settings import Clinic, read_settings
from bot.web.problems import PhoneLine, Problem
from bot.wording import read_wording


def away_body(clinic: Clinic) -> str:
    """Return the body of a 503 as the door gives it."""
    phones = [PhoneLine(label=phone.label, number=phone.number) for phone in clinic.phones]
    said = read_wording(check_knowledge(), clinic).say("utter_away")
    return Problem(503, "away", said, phones=phones).body.model_dump_json(exclude_none=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(away_body(read_settings().clinic))
