"""Reads messages in Chinese: the names in them, what they ask, and warning signs. Pure; Rasa is in `bot.nlu`.

English has its own reader (`bot.understanding`): its models know English words alone. What was read has the same shape.
"""
