from django.apps import AppConfig


class ShumoosConfig(AppConfig):
    name = "shumoos"

    def ready(self) -> None:
        from shumoos import celery  # noqa: F401  the tasks of every app bind to this one
