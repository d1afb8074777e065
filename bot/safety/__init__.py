"""Warning signs in free text, and what a patient is told of them. Needs no model, no database and no network."""
