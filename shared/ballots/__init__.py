"""Ballots (票决): what is put to the vote, who may vote, the secret ballots, and what they add up to."""
