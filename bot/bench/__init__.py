"""The product beside Rasa as it is released: `make bench`. Nothing here serves a patient."""
