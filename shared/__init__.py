"""What the organisation is and does. Knows no URL, no queue, no PDF."""
