"""The ladder's planning, the day's digest, and the press of 提醒."""
