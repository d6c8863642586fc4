"""The reads of dues."""
