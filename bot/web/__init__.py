"""The public door: chat API, chat page and widget, sessions, limits, health.

Everything behind it listens on the loopback.
"""
