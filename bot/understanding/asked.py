"""Tell what a message asks from what it tells: the clauses that hold a question, without the story around them.

English grammar alone, no content: question marks, question words and the verbs that open a question.
"""

import re

CLAUSE_END = re.compile(
    r"(?<=[.!?;])\s+|\s+[-\u2013\u2014]+\s+|\n"
    r"|,\s+(?=(?:so|but|and)\s+(?:is|are|can|do|does|should|will|when|what|how|why|which|who|am)\b)"
)
ASKS = re.compile(
    r"^(?:(?:so|and|but|also|or|ok|then|doctor|hi|please|pls)\s+)*"
    r"(?:can|could|should|shall|may|is|are|was|will|would|do|does|did|how|what|whats|when|why|which|who|where|am"
    r"|any|anyone|must|has|have)\b"
    r"|\b(?:wonder|not sure|no idea|nobody (?:told|explained|said)|tell me|want to know|would like to know"
    r"|don't know|dont know)\b",
    re.IGNORECASE,
)


def asked_part(text: str) -> str:
    """Return the clauses of a message that ask; where none does, the last one, which most often carries the wish."""
    clauses = [clause.strip() for clause in CLAUSE_END.split(text) if clause.strip()]
    if not clauses:
        return text
    asking = [clause for clause in clauses if "?" in clause] or [clause for clause in clauses if ASKS.search(clause)]
    return " ".join(asking) or clauses[-1]
