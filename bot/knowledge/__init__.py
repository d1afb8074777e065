"""The knowledge table: row shapes, validation, storage and look-up."""
