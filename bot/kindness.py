"""Meet what a patient feels: a sentence that acknowledges it, and for one who is afraid her rights, from the table.

The sentences stand in `data/responses/kindness.yml`, the rights in the rows of the topic `worry_consent`. No medical
content here.
"""

from collections.abc import Set

from sqlalchemy import Engine

from bot.knowledge.look_up import Found, ToldRow, look_up, source_lines
from bot.question import Condition, Question
from bot.reply import Reply
from bot.wording import Wording

RIGHTS_TOPIC = "worry_consent"
FEARS: frozenset[Condition] = frozenset({"past_trauma", "afraid", "pain_story"})
FEELINGS: frozenset[Condition] = FEARS | {"disappointed"}


def acknowledge(feelings: Set[Condition], wording: Wording) -> str | None:
    """Return a sentence that meets the heaviest of some feelings; null where there are none."""
    if "past_trauma" in feelings:
        return wording.say("utter_kind_past_trauma")
    if "disappointed" in feelings:
        return wording.say("utter_kind_disappointed")
    if "afraid" in feelings:
        return wording.say("utter_kind_afraid")
    if "pain_story" in feelings:
        return wording.say("utter_kind_pain_story")
    return None


def with_kindness(reply: Reply, feelings: Set[Condition], engine: Engine, wording: Wording) -> Reply:
    """Return a reply as it is given to a patient who feels so: acknowledged first, then the facts, then her rights."""
    kind = acknowledge(feelings, wording)
    if kind is None:
        return reply
    rights = _rights(reply, engine, wording) if feelings & FEARS else ()
    return reply.model_copy(
        update={
            "text": "\n\n".join([kind, reply.text, *(row.short for row in rights)]),
            "rules": (*reply.rules, *(row.id for row in rights)),
            "sources": tuple(dict.fromkeys((*reply.sources, *source_lines(rights)))),
        }
    )


def _rights(reply: Reply, engine: Engine, wording: Wording) -> tuple[ToldRow, ...]:
    """Return the rows on her right to stop and to ask for pain relief that a reply does not tell already."""
    if reply.procedure is None or reply.topic == RIGHTS_TOPIC or reply.kind not in ("answer", "dates", "not_covered"):
        return ()
    question = Question(RIGHTS_TOPIC, reply.procedure)
    outcome = look_up(engine, question, signed_only=wording.clinic.require_sign_off, language=wording.language)
    return tuple(row for row in outcome.rows if row.is_answer)[:1] if isinstance(outcome, Found) else ()
