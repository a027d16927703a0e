"""The report of a sweep: its page, its figures, and what its levers are called."""
