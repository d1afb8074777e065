"""The assistant's core: plain Python, no Rasa. Only `bot.nlu` may import Rasa."""
