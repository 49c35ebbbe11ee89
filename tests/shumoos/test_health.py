"""/healthz and /readyz, as a load balancer asks them."""

import pytest
from django.db import connection

from shumoos import health


@pytest.fixture
def database_of(own_stack, monkeypatch):
    """The portal looks at a database server of the test's own, which has no tables."""
    other = connection.copy()
    other.settings_dict |= {"NAME": "shumoos"}
    other.settings_dict["OPTIONS"] = {"host": str(own_stack.postgres.sockets), "port": 5432}
    monkeypatch.setattr(health, "connection", other)
    return own_stack


def test_healthz_says_that_the_process_is_up_and_asks_nobody(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")
    assert response["Content-Type"] == "text/plain"


@pytest.mark.django_db(transaction=True)
def test_readyz_names_what_it_has_looked_at(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "migrations": "ok", "broker": "ok", "centre": "ok"}


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
@pytest.mark.django_db(transaction=True)
def test_it_is_asked_by_any_name_and_without_tls(client, settings, address):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(address, headers={"host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_readyz_names_the_broker_that_is_away(client, settings, own_stack):
    settings.CELERY_BROKER_URL = own_stack.redis_url
    own_stack.valkey.stop()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "migrations": "ok", "broker": "failed"}


@pytest.mark.django_db(transaction=True)
def test_readyz_names_migrations_that_are_not_applied(client, database_of):
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "migrations": "failed", "broker": "ok"}


@pytest.mark.django_db(transaction=True)
def test_readyz_names_the_database_that_is_away_and_recovers_by_itself(client, database_of):
    database_of.postgres.stop()
    assert client.get("/readyz").json() == {"database": "failed", "migrations": "unknown", "broker": "ok"}

    database_of.postgres.start()
    assert client.get("/readyz").json()["database"] == "ok"
