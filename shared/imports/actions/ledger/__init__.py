"""补录: an office's own ledger of what was held becomes records, marked as entered later."""
