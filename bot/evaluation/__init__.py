"""The evaluation that drives the work: labelled messages through the chat API, figures, a report, and every run kept.

`python -m bot.evaluation FILE [ADDRESS]` runs it. Nothing of the assistant itself stands here.
"""
