"""Rasa's shell around the core: components and a channel. The only place in `bot` that may import Rasa.

No logic of its own.
"""
