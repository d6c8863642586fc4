"""The two running programs: web pages and background work. They import shared, never each other."""
