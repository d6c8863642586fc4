"""Opening a workbook that came from outside."""
