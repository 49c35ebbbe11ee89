"""Whether a file is a letter that Shumoos has issued.

It is if it is, byte for byte, the PDF that was kept when the letter was first printed, and the signature in
it is intact. Nothing that a file says of itself counts. What any other file is can only be guessed at, and is
told so that whoever holds it knows what to do; its bytes are looked at for that, never unfolded: a stranger's
PDF can be made to grow into gigabytes.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

from asn1crypto import cms
from django.db import models
from django.utils.translation import gettext_lazy as _

from shumoos.letters.models import Certificate, Letter
from shumoos.letters.signing import is_intact

# Ten times the longest letter there is.
MAX_BYTES = 2 * 1024 * 1024
# The places where a PDF's head and foot have to be found.
HEAD = 1024
MOST_SIGNATURES = 5
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*\d+\s+(\d+)\s+(\d+)\s+\d+\s*\]")


class Finding(models.TextChoices):
    ISSUED = "issued", _("This file is the letter exactly as Shumoos issued it.")
    NO_PDF = "no_pdf", _("This is not a PDF file. Choose the PDF of the letter as it was received.")
    CUT_SHORT = "cut_short", _("This PDF file is not complete. Ask for it to be sent again.")
    PROTECTED = (
        "protected",
        _(
            "This PDF file is protected with a password. Letters of Shumoos never are: ask for the "
            "file itself."
        ),
    )
    UNSIGNED = (
        "unsigned",
        _(
            "This PDF file bears no signature, so it is not a letter as Shumoos issues it: it may be "
            "a scan, a "
            "print to PDF, or a forgery. Ask for the file itself, or verify by the code on the paper."
        ),
    )
    FOREIGN = "foreign", _("This PDF file was not signed by Shumoos. It is not a letter of Shumoos.")
    CHANGED = (
        "changed",
        _(
            "This PDF file has a signature of Shumoos, but it is not a letter as it was issued: it "
            "was changed "
            "afterwards. Do not rely on it, and ask for the file as it was received."
        ),
    )


@dataclass(frozen=True)
class Verdict:
    """What a file is; its letter only where it is the one that was issued."""

    finding: Finding
    letter: Letter | None = None


def examine(content: bytes) -> Verdict:
    """Say whether a file is a letter as it was issued. How the letter stands today is the letter's status."""
    letter = (
        Letter.objects.filter(sha256=sha256(content).hexdigest())
        .select_related("certificate", "replaced_by")
        .first()
    )
    if letter and letter.certificate:
        # Ours, so it may be unfolded; whoever has forged the row could not forge this.
        if is_intact(content, bytes(letter.certificate.content)):
            return Verdict(Finding.ISSUED, letter)
        return Verdict(Finding.CHANGED)
    return Verdict(guess(content))


def guess(content: bytes) -> Finding:
    """Return what a file is that is no letter as it was issued."""
    if b"%PDF-" not in content[:HEAD]:
        return Finding.NO_PDF
    if b"%%EOF" not in content[-HEAD:]:
        return Finding.CUT_SHORT
    if b"/Encrypt" in content:
        return Finding.PROTECTED
    ranges = list(islice(BYTE_RANGE.finditer(content), MOST_SIGNATURES))
    if not ranges:
        return Finding.UNSIGNED
    signers = {fingerprint for found in ranges for fingerprint in certificates(content, found)}
    is_ours = Certificate.objects.filter(fingerprint__in=signers).exists()
    return Finding.CHANGED if is_ours else Finding.FOREIGN


def certificates(content: bytes, found: re.Match[bytes]) -> list[str]:
    """Return the fingerprints of the certificates in a signature, none where it cannot be read."""
    try:
        start, end = int(found[1]), int(found[2])
        hexadecimal = content[start + 1 : end - 1]
        signature: Any = cms.ContentInfo.load(bytes.fromhex(hexadecimal.decode("ascii")), strict=False)
        return [sha256(held.dump()).hexdigest() for held in signature["content"]["certificates"]]
    # A signature that a forger has made of anything at all.
    except (ValueError, TypeError, KeyError):
        return []
