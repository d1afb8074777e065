"""Masking of personal details in messages. No text may be stored or logged from here."""
