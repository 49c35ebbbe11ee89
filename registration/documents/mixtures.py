"""Files that are two things at once: a picture to one program, an archive or a page to another."""

import io
import re
import zipfile

# Long enough that the bytes of a photograph do not spell them by chance: 10 MB of noise hold the shortest,
# six bytes of which some may be in either case, once in a million files.
ANYWHERE = re.compile(
    rb"<script|<html[\s>]|<!doctype\s+html|<iframe|<\?php\s|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c", re.IGNORECASE
)
# Readers of PDF look for its mark this far from the beginning, browsers for a page's.
HEAD = 1024
# And this far from the end for what has been put behind.
END_MARK = b"%%EOF"


def is_mixed(content: bytes) -> bool:
    """Whether an image or a PDF would also be read as an archive, a page or a PDF by other programs."""
    if is_archive(content):
        return True
    if content.startswith(b"%PDF-"):
        # Inside, such words are a form's or an attachment's: these are taken out.
        outside = content[:HEAD] + content[content.rfind(END_MARK) :]
        return bool(ANYWHERE.search(outside))
    return b"%PDF-" in content[:HEAD] or bool(ANYWHERE.search(content))


def is_archive(content: bytes) -> bool:
    """Whether a ZIP, or what is built like one (JAR, Office), can be opened from the end of the file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False
