"""Facts about this machine, its clock and its user."""
