"""Where the statements of curation find what prepares them."""

from mtf_site.prepared import Call, Rows, exchange, execute

__all__ = ["Call", "Rows", "exchange", "execute"]
