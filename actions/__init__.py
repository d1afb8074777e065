"""The action server's actions, one a file, each three moves.

Read the tracker, ask the core, turn the outcome into messages and events.
"""
