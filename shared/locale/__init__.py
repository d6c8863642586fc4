"""Catalogues: parts/*.tsv is what people write; the gettext files beside it are built from them."""
