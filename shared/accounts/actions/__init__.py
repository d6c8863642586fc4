"""What is done with accounts: signing in, links, places (seats), roles, and one's own login."""
