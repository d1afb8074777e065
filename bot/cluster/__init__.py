"""The assistant on several processes of each kind, on one machine: what `make cluster` starts and tests.

The same shape as in production (docs/deployment.md). Nothing here knows what is asked or answered.
"""
