"""From a message to questions: embed, classify, reject, find procedure and conditions. Plain functions.

Rasa's shell is `bot.nlu`.
"""
