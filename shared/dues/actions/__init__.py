"""The verbs of dues."""
