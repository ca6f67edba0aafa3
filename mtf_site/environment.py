"""Reads what the environment says, and fails with a sentence where it must say something and does not."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

env = Env()


def required(name: str, why: str) -> str:
    value = os.environ.get(name, "")
    if not value.strip(" ,"):
        raise ImproperlyConfigured(f"{name} is not set: {why}")
    return value


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = os.environ.get(name) or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of: {', '.join(allowed)}.")
    return value


def integer(name: str, default: int) -> int:
    try:
        return int(env.int(name, default))
    except EnvError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number ({error}).") from error


def number(name: str, default: float) -> float:
    try:
        value = float(env.float(name, default))
    except EnvError as error:
        raise ImproperlyConfigured(f"{name} must be a number ({error}).") from error
    if not 0 < value < float("inf"):
        raise ImproperlyConfigured(f"{name} must be a number above 0.")
    return value


def flag(name: str, default: bool) -> bool:
    try:
        return bool(env.bool(name, default))
    except EnvError as error:
        raise ImproperlyConfigured(f"{name} must be true or false ({error}).") from error


def words(name: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def database(url_name: str, max_age: int) -> dict[str, Any]:
    """Django's settings of the PostgreSQL database that the URL in `url_name` names."""
    try:
        config = dict(env.dj_db_url(url_name))
    except (EnvError, ValueError) as error:
        raise ImproperlyConfigured(f"{url_name} is not a database URL: {error}") from error
    if "postgresql" not in str(config.get("ENGINE")):
        raise ImproperlyConfigured(f"{url_name} must name a PostgreSQL database: postgres://user:password@host/name.")
    return config | {"CONN_MAX_AGE": max_age, "CONN_HEALTH_CHECKS": True}


def mail(url_name: str) -> dict[str, Any]:
    """Django's EMAIL_* settings that the URL in `url_name` gives (smtp+tls://user:password@host:587)."""
    try:
        return dict(env.dj_email_url(url_name))
    except (EnvError, ValueError) as error:
        raise ImproperlyConfigured(f"{url_name} is not a mail server's URL: {error}") from error


def languages(folder: Path) -> list[tuple[str, str]]:
    """English, then every language with a compiled catalogue in the folder, each by its own name."""
    found = sorted(catalogue.parents[1].name for catalogue in folder.glob("*/LC_MESSAGES/django.mo"))
    return [("en", "English"), *((code, str(LANG_INFO[code]["name_local"])) for code in found)]


def own_secret(path: Path) -> str:
    """A secret key made once for this development installation and kept in `path`."""
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"The data folder cannot be used: {error}.") from error
    own = path.with_name(f"{path.name}.{os.getpid()}")
    own.touch(mode=0o600)
    own.write_text(secrets.token_urlsafe(50))
    try:
        os.link(own, path)  # fails where another process was first: then its key is the one
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return path.read_text()
