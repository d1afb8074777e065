"""What is counted for Prometheus by more than one part of the door. Kinds and codes only."""

from prometheus_client import Counter

FAULTS = Counter("bot_faults", "Tries behind the door that failed, by why.", ["why"])
