"""The first page of every role."""

from services.web.today.views.home import blueprint

__all__ = ["blueprint"]
