"""The migration that makes an app's tables does what Django's own would, and goes back as that does."""

import pytest
from django.db import connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.db.models import Q

from shumoos.first_tables import FirstTables

pytestmark = pytest.mark.django_db

OPERATIONS = [
    migrations.CreateModel(
        name="Reader",
        fields=[("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=20))],
        options={"indexes": [models.Index(fields=["name"], name="reader_name")]},
    ),
    migrations.CreateModel(
        name="Book",
        fields=[
            ("id", models.BigAutoField(primary_key=True)),
            ("pages", models.IntegerField()),
            ("writer", models.ForeignKey("shelf.reader", models.PROTECT, related_name="written")),
            ("readers", models.ManyToManyField("shelf.reader")),
        ],
        options={"constraints": [models.CheckConstraint(condition=Q(pages__gt=0), name="book_has_pages")]},
    ),
    migrations.RunSQL("ALTER TABLE shelf_book SET (fillfactor = 80)", migrations.RunSQL.noop),
]


class Ordinary(migrations.Migration):
    operations = OPERATIONS


class AllAtOnce(FirstTables):
    operations = OPERATIONS


def tables():
    """Return what the database knows of the tables: columns, and what holds them."""
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if name.startswith("shelf_")]
        return {
            name: (
                connection.introspection.get_table_description(cursor, name),
                connection.introspection.get_constraints(cursor, name),
            )
            for name in names
        }


def migrate(kind):
    with connection.schema_editor() as editor:
        return kind("0001_tables", "shelf").apply(ProjectState(), editor)


def test_its_tables_are_those_of_an_ordinary_migration():
    with transaction.atomic():
        migrate(Ordinary)
        ordinary = tables()
        transaction.set_rollback(True)
    assert tables() == {}
    migrate(AllAtOnce)
    assert sorted(ordinary) == ["shelf_book", "shelf_book_readers", "shelf_reader"]
    assert tables() == ordinary


def test_the_next_migration_finds_the_models():
    state = migrate(AllAtOnce)
    reader, book = (state.apps.get_model("shelf", name) for name in ("Reader", "Book"))
    writer = reader.objects.create(name="x")
    book.objects.create(pages=1, writer=writer).readers.add(writer)
    assert writer.written.get().readers.get() == writer


def test_it_goes_back_to_nothing():
    migrate(AllAtOnce)
    with connection.schema_editor() as editor:
        AllAtOnce("0001_tables", "shelf").unapply(ProjectState(), editor)
    assert tables() == {}


def test_what_it_would_run_can_be_read():
    with connection.schema_editor(collect_sql=True) as editor:
        AllAtOnce("0001_tables", "shelf").apply(ProjectState(), editor, collect_sql=True)
    assert any(line.startswith('CREATE TABLE "shelf_book"') for line in editor.collected_sql)
    assert tables() == {}
