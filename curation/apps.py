from django.apps import AppConfig


class CurationConfig(AppConfig):
    name = "curation"

    def ready(self) -> None:
        from curation.standing import read_with_sessions  # models can be imported from now on

        read_with_sessions()
