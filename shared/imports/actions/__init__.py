"""What may be done with an import: upload, read, decide, commit, undo, delete."""
