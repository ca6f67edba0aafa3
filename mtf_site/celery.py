"""The Celery application: `celery -A mtf_site worker`."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mtf_site.settings")

app = Celery("mtf_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def start_services(**_: Any) -> None:
    """The worker meets the broker before the database, so it must not wait for the first query."""
    from django.conf import settings  # late: the settings are read after this module

    from mtf_site import services

    if settings.EMBEDDED_REDIS:
        services.join(settings.VAR_DIR, postgres=settings.EMBEDDED_POSTGRES, redis=True)


@worker_process_init.connect
def quiet_opencv(**_: Any) -> None:
    """One thread a process: OpenCV's own threads deadlock after a fork."""
    import cv2  # late: only the children that detect need it

    cv2.setNumThreads(0)
