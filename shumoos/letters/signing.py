"""The signature of the letters, and the check of it.

What does the work takes 20 MB and half a second to load: nobody pays for it who signs nothing. Servers load
it when they start (`shumoos.wsgi`).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shumoos.letters.pades import Signatory


def signatory() -> "Signatory":
    """Return who signs now."""
    from shumoos.letters import pades

    return pades.signatory()


def sign(pdf: bytes, by: "Signatory") -> bytes:
    """Return the PDF with a signature over the whole of it, archivable as it was."""
    from shumoos.letters import pades

    return pades.sign(pdf, by)


def is_intact(pdf: bytes, certificate: bytes) -> bool:
    """Whether the PDF bears one signature, made with that certificate's key, and nothing in it has changed.

    Only for bytes that were ours once: a stranger's file could be made to unfold into gigabytes.
    """
    from shumoos.letters import pades

    return pades.is_intact(pdf, certificate)
