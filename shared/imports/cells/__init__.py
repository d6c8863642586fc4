"""Readers of cells: what was written becomes a value, or a code of shared.imports.issues."""
