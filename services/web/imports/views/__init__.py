"""Pages of imports: upload, columns, rows to decide, commit, undo."""

from services.web.imports.views import columns, ledger, preview, undo, upload
from services.web.imports.views.routes import blueprint

__all__ = ["blueprint", "columns", "ledger", "preview", "undo", "upload"]
