"""Terms and elections: what is planned, what is recorded, what is postponed."""
