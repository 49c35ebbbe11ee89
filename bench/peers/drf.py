"""The peer of `guests_api`: the least that Django REST framework does to take a record in.

A ModelSerializer and a bare insert into the same table: no key, no idempotency, no receipt, no check of what
a field means, and columns that the client has made ready. Run under granian by the Python of an environment
of its own.
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
    """The portal's own table of guest records, with all of its indexes and foreign keys.

    What it refers to is given by number, so that the serializer looks up nothing but its unique constraint.
    """

    establishment_id = models.BigIntegerField()
    submission_id = models.BigIntegerField()
    kind = models.CharField(max_length=30)
    created_at = models.DateTimeField(auto_now_add=True)
    client_reference = models.CharField(max_length=64)
    content = models.JSONField()
    full_name = models.CharField(max_length=150)
    id_number = models.CharField(max_length=20)
    occurred_at = models.DateTimeField()
    departed_at = models.DateTimeField(null=True)
    is_open = models.BooleanField()

    class Meta:
        app_label = "peer"
        managed = False
        db_table = "guests_guestrecord"
        constraints = [
            models.UniqueConstraint(
                fields=["establishment_id", "client_reference"],
                name="record_reference_once_per_establishment",
            ),
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
