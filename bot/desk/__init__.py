"""The front desk: a console behind a login, for clerks, editors, clinicians and admins of the clinic."""
