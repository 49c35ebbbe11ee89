"""Styles and scripts that every page needs, each sort joined into one file, so that a page is few requests.

The joined files are made of the others when they are looked for: by `collectstatic`, by the development
server and by the tests' server alike. Pages name the joined file as they name any other.
"""

import os
import posixpath
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import BaseFinder
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage

OWN_STYLES = ["css/fonts.css", "css/shumoos.css", "css/desk.css", "css/charts.css"]
# As the admin's own pages load them, without its widgets' scripts, which need its catalogue of words.
LIST_SCRIPTS = [
    "admin/js/vendor/jquery/jquery.min.js",
    "admin/js/jquery.init.js",
    "admin/js/core.js",
    "admin/js/admin/RelatedObjectLookups.js",
    "admin/js/actions.js",
    "admin/js/urlify.js",
    "admin/js/prepopulate.js",
    "admin/js/vendor/xregexp/xregexp.min.js",
    "admin/js/filters.js",
]
FORM_SCRIPTS = [
    *LIST_SCRIPTS[:-1],
    "admin/js/calendar.js",
    "admin/js/admin/DateTimeShortcuts.js",
    "admin/js/SelectBox.js",
    "admin/js/SelectFilter2.js",
    "admin/js/inlines.js",
    "js/unsaved.js",
]
JOINED = {
    "css/portal.css": ["vendor/bootstrap-5.3.9/bootstrap.min.css", *OWN_STYLES],
    "css/portal-rtl.css": ["vendor/bootstrap-5.3.9/bootstrap.rtl.min.css", *OWN_STYLES],
    # The admin's styles, and ours over them.
    "css/supervision.css": [
        "admin/css/base.css",
        "admin/css/dark_mode.css",
        "admin/css/dashboard.css",
        "admin/css/changelists.css",
        "admin/css/widgets.css",
        "admin/css/forms.css",
        "css/fonts.css",
        "css/charts.css",
        "css/admin.css",
    ],
    # These belong after all others.
    "css/supervision-rtl.css": [
        "admin/css/rtl.css",
        "admin/css/responsive.css",
        "admin/css/responsive_rtl.css",
    ],
    "js/list.js": LIST_SCRIPTS,
    "js/form.js": [*FORM_SCRIPTS, "js/chooser.js"],
}
# A picture up to this size stands in the style sheet itself.
SMALL = 4 * 1024
IMPORT = re.compile(r"@import url\([^)]*\);\s*")
ADDRESS = re.compile(r"""url\(\s*["']?(?!data:|/|\#|[a-z]+:)([^"')]+)["']?\s*\)""")


class JoinedFinder(BaseFinder):
    """Finds what `JOINED` names; it is written under `JOINED_ROOT` where it is not there as it should be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=settings.JOINED_ROOT)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [written(path)] if path in JOINED else []
        return found[0] if found and not find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for path in JOINED:
            written(path)
            yield path, self.storage


def written(path: str) -> str:
    """Return where a joined file lies, made anew where one of its parts has changed."""
    target = Path(settings.JOINED_ROOT, path)
    content = joined(path)
    if not target.is_file() or target.read_text("utf-8") != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Whoever reads it meanwhile has the old one or the new one whole.
        half = target.with_name(f"{target.name}.{os.getpid()}")
        half.write_text(content, "utf-8")
        half.replace(target)
    return str(target)


def joined(path: str) -> str:
    """Return what a joined file says."""
    if path.endswith(".js"):
        # Each of the parts is strict for itself; one of them alone would say so for all, or for none.
        return "\n;\n".join(['"use strict"', *map(source, JOINED[path])]) + "\n"
    return "".join(style(part, posixpath.dirname(path)) for part in JOINED[path])


def source(part: str) -> str:
    found = finders.find(part)
    if found is None:
        raise ImproperlyConfigured(f"There is no static file {part}, which shumoos.joined names.")
    return Path(str(found)).read_text("utf-8")


def style(part: str, folder: str) -> str:
    """Return a style sheet as it reads in another folder, with its small pictures in it."""

    def moved(match: re.Match[str]) -> str:
        address = posixpath.normpath(posixpath.join(posixpath.dirname(part), match[1]))
        if address.endswith(".svg") and len(source(address).encode()) <= SMALL:
            return f'url("{small_picture(address)}")'
        return f'url("{posixpath.relpath(address, folder)}")'

    # What a part would fetch by itself is a part of its own.
    return ADDRESS.sub(moved, IMPORT.sub("", source(part)))


@cache
def small_picture(path: str) -> str:
    """Return an address that holds the whole of a small drawing, `path` among the static files."""
    return f"data:image/svg+xml,{quote(source(path))}"
