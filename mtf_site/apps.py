from django.apps import AppConfig

from mtf_site.celery import app as celery_app

__all__ = ["MtfSiteConfig", "celery_app"]  # shared tasks want the application to exist before they are called


class MtfSiteConfig(AppConfig):
    name = "mtf_site"
