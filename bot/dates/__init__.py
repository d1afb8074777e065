"""A patient's own dates: planned from what she told and what the rules say, told, asked for, and talked about."""
