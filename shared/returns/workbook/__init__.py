"""A table as a workbook: written for the unit, read again with its cells, and read for the columns of a new one."""
