"""The PDF of a letter: made and signed at the first asking, and the same bytes for everybody ever after."""

from hashlib import sha256
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from shumoos.letters.models import Certificate, Letter
from shumoos.letters.render import render_pdf
from shumoos.letters.signing import sign, signatory

if TYPE_CHECKING:
    from shumoos.letters.pades import Signatory


class CopyLost(Exception):
    """The PDF kept for a letter is not the one that was issued; its text names the letter."""


def issued_pdf(letter: Letter) -> bytes:
    """Return the signed PDF of a letter.

    Two who ask for a new one at once get the same. Making it takes some hundredths of a second, in no
    transaction: raises RuntimeError within one, and CopyLost where the kept file was tampered with.
    """
    if not letter.sha256:
        keep(letter, *make(letter))
        letter.refresh_from_db()
    with letter.pdf.open() as kept:
        content = kept.read()
    if sha256(content).hexdigest() != letter.sha256:
        raise CopyLost(letter.number)
    return content


def make(letter: Letter) -> tuple[bytes, "Signatory"]:
    by = signatory()
    return sign(render_pdf(letter), by), by


def keep(letter: Letter, content: bytes, by: "Signatory") -> None:
    """Store the letter's PDF, unless somebody else has in the meantime."""
    storage = letter.pdf.storage
    name = storage.save(letter.pdf.field.generate_filename(letter, "pdf"), ContentFile(content))
    with transaction.atomic(durable=True):
        certificate, _is_new = Certificate.objects.get_or_create(
            fingerprint=by.fingerprint, defaults={"content": by.certificate}
        )
        is_first = Letter.objects.filter(pk=letter.pk, sha256="").update(
            pdf=name, sha256=sha256(content).hexdigest(), signed_at=timezone.now(), certificate=certificate
        )
    if not is_first:
        storage.delete(name)
