"""The product's settings on servers of the test run's own: embedded, in a temporary folder, shared by its workers."""

import atexit
import os
import shutil
import tempfile

if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["MTF_VAR"] = tempfile.mkdtemp(prefix="mtf-test-")
    atexit.register(shutil.rmtree, os.environ["MTF_VAR"], ignore_errors=True)
os.environ |= {"MTF_TEST_SERVICES": "1", "MTF_CONN_MAX_AGE": "0", "MTF_ENVIRONMENT": "development"}
os.environ |= {"MTF_HOST_RATE": "1000", "MTF_HOST_BURST": "1000"}  # tests of politeness set their own
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright leaves a running loop in the test's thread

from mtf_site.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING_CONFIG = None
PRACTICE_ITEMS = 0  # new reviewers start at once; tests of practice ask for it
