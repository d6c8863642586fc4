"""Reads of reminders, by what they are for."""
