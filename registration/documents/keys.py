"""Everything that is encrypted is encrypted anew with the first of the FIELD_KEYS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction

from registration.storage import UNFINISHED, EncryptedStorage, cipher
from shumoos.progress import Tell

SEALED = "sealed"


@dataclass
class Tally:
    """How far it has come. `unreadable` names what none of the keys opens."""

    total: int
    done: int = 0
    rotated: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate(*, dry_run: bool, tell: Tell) -> Tally:
    """Encrypt every file and every sealed column anew that is not under the first key.

    Resumable: a file or a row is under the one key or the other, whenever this is killed, and a second run
    leaves alone what the first has done. With `dry_run` it only counts. `tell` hears after each how many are
    done, and of how many.
    """
    tally = Tally(total=sum(1 for _name in file_names()) + sum(column.count() for column in columns()))
    for name, job in jobs(dry_run=dry_run):
        try:
            tally.rotated += job()
        except InvalidToken:
            tally.unreadable.append(name)
        tally.done += 1
        tell(tally.done, tally.total)
    return tally


def jobs(*, dry_run: bool) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Yield what each thing is called, and the function that encrypts it anew."""
    for name in file_names():
        yield name, partial(rotate_file, name, dry_run=dry_run)
    for column in columns():
        for pk in column.order_by("pk").values_list("pk", flat=True).iterator():
            yield f"{column.model._meta.label} {pk}", partial(rotate_row, column, pk, dry_run=dry_run)


def storage() -> EncryptedStorage:
    # `default_storage` stands for it until it is first used.
    kept = default_storage
    assert isinstance(kept, EncryptedStorage)  # noqa: S101
    return kept


def file_names() -> Iterator[str]:
    """Yield the name of every stored file, whatever refers to it."""
    folders, _files = storage().listdir("")
    for folder in sorted(folders):
        _folders, names = storage().listdir(folder)
        yield from (f"{folder}/{name}" for name in sorted(names) if not name.endswith(UNFINISHED))


def columns() -> Iterator[models.QuerySet]:
    """Yield the rows of every model that has a column called `sealed`."""
    for model in apps.get_models():
        if any(each.name == SEALED for each in model._meta.concrete_fields):
            yield model._default_manager.all()


def rotate_file(name: str, *, dry_run: bool) -> bool:
    """Return whether a file was not under the first key. Raises InvalidToken if it is under none."""
    try:
        token = storage().sealed(name)
        new = rotated(token)
        if new and not dry_run:
            storage().replace_sealed(name, new)
    except FileNotFoundError:
        # Its document was removed in the meantime.
        return False
    return bool(new)


@transaction.atomic
def rotate_row(column: models.QuerySet, pk: int, *, dry_run: bool) -> bool:
    row = column.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    new = rotated(bytes(row.sealed))
    if new and not dry_run:
        row.sealed = new
        row.save(update_fields=[SEALED])
    return bool(new)


def rotated(token: bytes) -> bytes:
    """Return the same content under the first key; empty where it is there already. Raises InvalidToken."""
    try:
        Fernet(settings.FIELD_KEYS[0]).decrypt(token)
    except InvalidToken:
        return cipher().rotate(token)
    return b""
