"""Documents on their way in and out: cleaned before they are stored, harmless when they are shown."""

from registration.documents.cleaning import CleanFile, clean_file_of, clean_upload
from registration.documents.keeping import attach, keep, remove
from registration.documents.serving import sentence_instead, serve, serve_thumbnail, show

__all__ = [
    "CleanFile",
    "attach",
    "clean_file_of",
    "clean_upload",
    "keep",
    "remove",
    "sentence_instead",
    "serve",
    "serve_thumbnail",
    "show",
]
