"""All settings, from the environment only. docs/settings.md tells what each variable means."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from mtf_site import environment as e
from mtf_site import services

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = e.choice("MTF_ENVIRONMENT", "development", ("development", "production"))
PRODUCTION = ENVIRONMENT == "production"
DEBUG = not PRODUCTION and e.flag("MTF_DEBUG", False)
VAR_DIR = Path(os.environ.get("MTF_VAR") or BASE_DIR / "var").absolute()

# ---- Secrets and hosts: production says them, a development installation makes its own
if PRODUCTION:
    SECRET_KEY = e.required("SECRET_KEY", "production needs a secret key of its own, 50 random characters.")
    e.required("DATABASE_URL", "production needs its PostgreSQL: postgres://user:password@host/name.")
    e.required("REDIS_URL", "production needs its Redis: redis://host:6379/0.")
    e.required("ALLOWED_HOSTS", "production needs the host names it answers to, comma-separated.")
    ALLOWED_HOSTS = e.words("ALLOWED_HOSTS")
else:
    SECRET_KEY = os.environ.get("SECRET_KEY") or e.own_secret(VAR_DIR / "secret_key")
    ALLOWED_HOSTS = e.words("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = e.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "pgtrigger",
    "django_htmx",
    "csp",
    "mtf_site",
    "ingest",
    "curation",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "mtf_site.middleware.AuthenticationMiddleware",
    "mtf_site.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "mtf_site.urls"
WSGI_APPLICATION = "mtf_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "curation.context.navigation",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- Services: PostgreSQL is the truth, Redis rings the bell
CONN_MAX_AGE = e.integer("MTF_CONN_MAX_AGE", 600)
if os.environ.get("DATABASE_URL"):
    DATABASES: dict[str, dict[str, Any]] = {"default": e.database("DATABASE_URL", CONN_MAX_AGE)}
else:
    DATABASES = {
        "default": services.database_settings(VAR_DIR)
        | {"ENGINE": "mtf_site.embedded", "CONN_MAX_AGE": CONN_MAX_AGE, "CONN_HEALTH_CHECKS": True}
    }
EMBEDDED_REDIS = not os.environ.get("REDIS_URL")
EMBEDDED_POSTGRES = not os.environ.get("DATABASE_URL")

CELERY_BROKER_URL = services.celery_url(VAR_DIR, 1) if EMBEDDED_REDIS else os.environ["REDIS_URL"]
REDIS_URL = services.plain_redis_url(CELERY_BROKER_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}  # longer than the longest task
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # else the task of a killed child is lost; attempts are counted on rows
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 700_000  # kB; a net only: a child that needed more is replaced after its task
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_TASK_DEFAULT_QUEUE = "crawl"
CELERY_TASK_ROUTES = {
    "ingest.tasks.fetch": {"queue": "fetch"},
    "ingest.tasks.check_licence": {"queue": "fetch"},
    "ingest.tasks.detect": {"queue": "detect"},
    "curation.tasks.freeze_release": {"queue": "export"},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "ingest.sweep": {"task": "ingest.tasks.sweep", "schedule": 2.0, "options": {"expires": 2}},
    "curation.open_claims": {"task": "curation.tasks.open_claims", "schedule": 3.0, "options": {"expires": 3}},
    "curation.open_missed_claims": {"task": "curation.tasks.open_missed_claims", "schedule": 900.0},
    "curation.apply_policies": {"task": "curation.tasks.apply_policies", "schedule": 5.0, "options": {"expires": 5}},
    "curation.ask_missed": {"task": "curation.tasks.ask_missed", "schedule": 900.0},
    "curation.count_figures": {"task": "curation.tasks.count_figures", "schedule": 600.0, "options": {"expires": 600}},
    "curation.recount_pairs": {"task": "curation.tasks.recount_pairs", "schedule": 180.0, "options": {"expires": 180}},
    "curation.estimate_error_rates": {
        "task": "curation.tasks.estimate_error_rates",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "curation.exclude_unfinished": {
        "task": "curation.tasks.exclude_unfinished",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "curation.free_leases": {"task": "curation.tasks.free_leases", "schedule": 30.0, "options": {"expires": 30}},
    "curation.freeze_waiting": {"task": "curation.tasks.freeze_waiting", "schedule": 15.0, "options": {"expires": 15}},
    "curation.judge": {"task": "curation.tasks.judge", "schedule": 30.0, "options": {"expires": 30}},
    "curation.requeue": {"task": "curation.tasks.requeue", "schedule": 10.0, "options": {"expires": 10}},
}

# ---- Files
STORAGES = {
    "default": {"BACKEND": "mtf_site.storage.AtomicFileSystemStorage", "OPTIONS": {"location": VAR_DIR / "media"}},
    "staticfiles": {
        "BACKEND": "mtf_site.storage.HashedStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
STATIC_URL = "/static/"
if PRODUCTION:
    STATIC_ROOT = Path(os.environ.get("MTF_STATIC_ROOT") or BASE_DIR / "build" / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# ---- People
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_ENGINE = "mtf_site.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
PASSWORD_RESET_TIMEOUT = 24 * 3600
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
HAS_MAIL = bool(os.environ.get("EMAIL_URL"))
if HAS_MAIL:
    vars().update(e.mail("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL") or "MTF Curator <curator@localhost>"

# ---- Language and time
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "mtf_site.formats"
LANGUAGES = e.languages(LOCALE_PATHS[0])
TIME_ZONE = "UTC"
USE_TZ = True

# ---- Transport and browser safety
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
HTTPS = PRODUCTION and e.flag("MTF_HTTPS", True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
if HTTPS:
    SECURE_HSTS_SECONDS = e.integer("MTF_HSTS_SECONDS", 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = e.flag("MTF_HSTS_SUBDOMAINS", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("MTF_LOG_LEVEL") or "INFO"},
}

# ---- Ingest
INGEST_CONTACT = os.environ.get("MTF_CONTACT", "")  # a URL or mail address; foreign hosts are not reached without
INGEST_ALLOWED_HOSTS = frozenset(
    e.words("MTF_ALLOW_HOSTS")
)  # exact host:port let through the guard: demo and tests only
# Base addresses of the sources, so that tests and the demo put a local server in their place.
SOURCE_URLS = {
    "bing": os.environ.get("MTF_BING_URL") or "https://www.bing.com",
    "commons": os.environ.get("MTF_COMMONS_URL") or "https://commons.wikimedia.org",
    "openverse": os.environ.get("MTF_OPENVERSE_URL") or "https://api.openverse.org",
    "flickr": os.environ.get("MTF_FLICKR_URL") or "https://api.flickr.com",
    "wikidata": os.environ.get("MTF_WIKIDATA_URL") or "https://www.wikidata.org",
}
FLICKR_KEY = os.environ.get("MTF_FLICKR_KEY", "")
HOST_RATE = e.number("MTF_HOST_RATE", 1.0)  # requests a second to one host, by all workers together
HOST_BURST = e.integer("MTF_HOST_BURST", 2)  # so many at once after a pause
READ_SECONDS = e.number("MTF_READ_SECONDS", 20.0)  # a host that sends nothing for so long is given up
MAX_PHOTOS = e.integer("MTF_MAX_PHOTOS", 500)  # of one identity, over all jobs
LICENCE_POLICY = os.environ.get("MTF_LICENCE_POLICY") or "mtf"  # the name of a policy here, or a .toml file
FOLDER_ROOTS = [Path(word) for word in e.words("MTF_FOLDER_ROOTS")]  # what the web page may offer the folder source
MAX_DOWNLOAD_BYTES = e.integer("MTF_MAX_DOWNLOAD_MB", 40) * 1024 * 1024
MAX_PICTURE_PIXELS = e.integer("MTF_MAX_MEGAPIXELS", 100) * 1_000_000
MIN_FACE_PIXELS = e.integer("MTF_MIN_FACE_PIXELS", 60)  # side of a face's box in the original; smaller is refused
MIN_SHARPNESS = e.number("MTF_MIN_SHARPNESS", 5)  # of a crop (ingest/quality.py); a more blurred face is refused
# Faces below these, or with a larger share of clipped pixels, are reviewed after the others.
SMALL_FACE_PIXELS = e.integer("MTF_SMALL_FACE_PIXELS", 90)
LOW_SHARPNESS = e.number("MTF_LOW_SHARPNESS", 30)
MAX_CLIPPED = e.number("MTF_MAX_CLIPPED", 0.25)
DETECTORS = e.words("MTF_DETECTORS") or ["haar"]  # the first decides; the others add what it did not see
MAX_FACES = e.integer("MTF_MAX_FACES", 6)  # a photo with more is refused as a group photo
# Near-duplicates: bits of 64 in which two perceptual hashes may differ, of whole photos and of crops.
PHOTO_HASH_BITS = e.integer("MTF_PHOTO_HASH_BITS", 8)
CROP_HASH_BITS = e.integer("MTF_CROP_HASH_BITS", 6)

# ---- Curation
LEASE_SECONDS = e.integer("MTF_LEASE_SECONDS", 900)
GRID_TILES = e.integer("MTF_GRID_TILES", 24)  # faces of one identity on a grid, 12 to 40
GRID_FEWEST = e.integer("MTF_GRID_FEWEST", 5)  # an identity with fewer faces waiting is reviewed one by one
# A grid takes so many seconds at least, and so many more a face, before it can be committed.
GRID_DWELL = e.number("MTF_GRID_DWELL", 1.5)
GRID_DWELL_TILE = e.number("MTF_GRID_DWELL_TILE", 0.08)
GOLD_EVERY = e.integer("MTF_GOLD_EVERY", 10)  # answers, one of which goes to a claim whose answer is known; 0: none
PRACTICE_ITEMS = e.integer("MTF_PRACTICE_ITEMS", 10)  # for new reviewers; 0: none
