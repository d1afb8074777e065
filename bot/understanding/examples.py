"""Read the training sentences of `data/nlu/` as they stand, for measuring and for checks.

Rasa reads them by itself when it trains.
"""

from pathlib import Path

from bot.files import DATA, read_yaml


def read_examples(folder: Path = DATA / "nlu") -> tuple[list[str], list[str]]:
    """Return the sentences and the intent of each."""
    texts: list[str] = []
    intents: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        for block in read_yaml(path)["nlu"]:
            sentences = [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]
            texts += sentences
            intents += [block["intent"]] * len(sentences)
    return texts, intents
