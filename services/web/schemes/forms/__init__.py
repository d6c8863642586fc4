"""Forms of sheets: the head, the lines as rows."""

from services.web.schemes.forms.head import HeadForm, NewForm, grading_rows, grading_sent

__all__ = ["HeadForm", "NewForm", "grading_rows", "grading_sent"]
