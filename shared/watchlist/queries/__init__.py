"""Reads of the watch-list: what the ledger says, the list, one entry."""
