"""Rasa's shell around the core: components and a channel. The only place in `bot` that may import Rasa; no logic of its own."""
