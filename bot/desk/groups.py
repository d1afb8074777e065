"""Missed questions grouped by what they mean: near in the embedding of the classifier. No database, no page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.records.missed import MissedQuestion

if TYPE_CHECKING:
    from bot.understanding.embed import Vectors

FARTHEST = 0.45  # cosine distance between the questions of one group, on average


@dataclass(frozen=True)
class Group:
    """Questions that mean about the same, the most typical first."""

    questions: tuple[MissedQuestion, ...]

    @property
    def likely_topic(self) -> str | None:
        """The topic that most of them came nearest to."""
        found = Counter(one.topic for one in self.questions if one.topic)
        return found.most_common(1)[0][0] if found else None

    @property
    def procedure(self) -> str | None:
        """The procedure that most of those that name one ask about."""
        found = Counter(one.procedure for one in self.questions if one.procedure)
        return found.most_common(1)[0][0] if found else None

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many came here for which reason, the commonest first."""
        return dict(Counter(one.why for one in self.questions).most_common())


def group(questions: Sequence[MissedQuestion], vectors: "Vectors") -> list[Group]:
    """Return the groups of questions, the largest first, those of one size by their latest question.

    Shape of `vectors`: (number of questions, any), unit length.
    """
    if len(questions) < 2:
        return [Group(tuple(questions))] if questions else []
    from sklearn.cluster import AgglomerativeClustering  # 70 MB, for this page alone

    clustering = AgglomerativeClustering(
        n_clusters=None, distance_threshold=FARTHEST, metric="cosine", linkage="average"
    )
    labels = clustering.fit_predict(vectors)
    groups = []
    for label in np.unique(labels):
        (places,) = np.nonzero(labels == label)
        middle = vectors[places].mean(axis=0)
        typical_first = places[np.argsort(-(vectors[places] @ middle), kind="stable")]
        groups.append(Group(tuple(questions[place] for place in typical_first)))
    return sorted(groups, key=lambda one: (-len(one.questions), -max(question.id for question in one.questions)))
