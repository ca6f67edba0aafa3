"""Django's PostgreSQL backend over the embedded server, which starts with the first connection and not before."""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from mtf_site import services


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        services.join(settings.VAR_DIR, postgres=True, redis=settings.EMBEDDED_REDIS)
        return super().get_new_connection(conn_params)
