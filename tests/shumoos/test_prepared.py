"""Statements that a connection keeps."""

import pytest
from django.db import IntegrityError, connection

from shumoos import prepared

COUNT = "SELECT count(*) FROM auth_group WHERE name = %s AND name LIKE 'a%%'"
INSERT = "INSERT INTO auth_group (name) VALUES (%s) RETURNING name"


def rows(sql, *values):
    with connection.cursor() as cursor:
        prepared.execute(cursor, sql, values)
        return cursor.fetchall()


def kept():
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'shumoos_%'")
        return [statement.partition(" AS ")[2] for (statement,) in cursor.fetchall()]


def forgotten():
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


@pytest.mark.django_db(transaction=True)
def test_a_statement_is_kept_by_the_connection():
    assert rows(INSERT, "auditors") == [("auditors",)]
    assert rows(COUNT, "auditors") == [(1,)]
    assert sorted(kept()) == sorted(map(prepared.numbered, [INSERT, COUNT]))
    assert rows(COUNT, "auditors") == [(1,)]
    assert len(kept()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_has_forgotten_is_told_again():
    rows(COUNT, "a")
    forgotten()
    assert rows(COUNT, "auditors") == [(0,)]
    connection.close()
    assert rows(COUNT, "auditors") == [(0,)]
    assert kept() == [prepared.numbered(COUNT)]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_keeps_a_statement_from_somebody_else_is_used_as_it_is():
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE {prepared.name_of(COUNT)} AS {prepared.numbered(COUNT)}")
    assert rows(COUNT, "a") == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_a_pooler_that_gives_another_connection_each_time_is_sent_text(monkeypatch):
    prepare = prepared.prepare

    def to_one_that_is_gone(cursor, sql):
        prepare(cursor, sql)
        forgotten()

    monkeypatch.setattr(prepared, "prepare", to_one_that_is_gone)
    assert rows(INSERT, "auditors") == [("auditors",)]
    assert rows(COUNT, "auditors") == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_raised_once():
    rows(INSERT, "auditors")
    with pytest.raises(IntegrityError):
        rows(INSERT, "auditors")
    assert rows(COUNT, "auditors") == [(1,)]


@pytest.mark.django_db
def test_inside_a_transaction_a_statement_is_sent_as_text():
    assert rows(INSERT, "auditors") == [("auditors",)]
    assert prepared.numbered(INSERT) not in kept()
