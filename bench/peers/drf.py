"""The peer of `guests_api`: the least that Django REST framework does to take a record in.

A ModelSerializer and a bare insert into a table like ours: no key, no idempotency, no receipt, no check of
what a field means. Run under granian by the Python of an environment of its own.
"""

import os

import django
import environ
from django.conf import settings

settings.configure(
    SECRET_KEY="of-the-bench",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": environ.Env.db_url_config(
            os.environ["DATABASE_URL"], engine="django.db.backends.postgresql"
        )
        | {"CONN_MAX_AGE": 60}
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import generics, serializers  # noqa: E402


class Stay(models.Model):
    """What our record holds, a column for each field, with the same indexes."""

    establishment = models.BigIntegerField()
    client_reference = models.CharField(max_length=64)
    id_type = models.CharField(max_length=20)
    id_number = models.CharField(max_length=20)
    full_name = models.CharField(max_length=150)
    nationality = models.CharField(max_length=3)
    birth_date = models.DateField()
    gender = models.CharField(max_length=1)
    mobile = models.CharField(max_length=20)
    room = models.CharField(max_length=20)
    arrived_at = models.DateTimeField()
    departs_on = models.DateField()

    class Meta:
        app_label = "peer"
        db_table = "peer_stay"
        constraints = [
            models.UniqueConstraint(fields=["establishment", "client_reference"], name="peer_once"),
        ]
        indexes = [
            models.Index(fields=["establishment", "-id"], name="peer_newest"),
            models.Index(fields=["establishment", "id_number"], name="peer_identity"),
        ]


class StaySerializer(serializers.ModelSerializer):
    class Meta:
        model = Stay
        fields = "__all__"


class Stays(generics.CreateAPIView):
    queryset = Stay.objects.all()
    serializer_class = StaySerializer


urlpatterns = [path("stays", Stays.as_view())]
application = get_wsgi_application()


def make_table() -> None:
    from django.db import connection

    with connection.schema_editor() as editor:
        editor.create_model(Stay)


if __name__ == "__main__":
    make_table()
