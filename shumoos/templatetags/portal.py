"""What pages need to set Latin runs into Arabic text."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.forms import Media
from django.templatetags.static import static
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from shumoos import joined

register = template.Library()

FLAG = re.compile(r'<img src="[^"]*" alt="(True|False|None)">')


@register.filter
def bdi(value: object) -> SafeString:
    """Return the value set apart, so that numbers and Latin codes keep their order in Arabic text."""
    return format_html("<bdi>{}</bdi>", value)


@register.filter
def code(value: object) -> SafeString:
    """Return a number or a code set apart, left to right, in digits of one width."""
    return format_html('<bdi class="code">{}</bdi>', value)


@register.filter
def flags_in_words(shown: SafeString) -> SafeString:
    """Return what the admin shows, with words for its small pictures of yes and no.

    A red cross for a plain no would alarm. What people typed is escaped: the pictures are Django's own.
    """
    if 'alt="' not in shown:
        return shown
    words = {"True": gettext("Yes"), "False": gettext("No"), "None": gettext("Unknown")}
    return type(shown)(FLAG.sub(lambda picture: escape(words[picture[1]]), shown))


@register.filter
def under(cells: Iterable[SafeString], headers: Iterable[dict[str, Any]]) -> Iterator[SafeString]:
    """Yield the cells of a row in a list of the admin, each with the name of its column in `data-label`.

    What leads to a row is the head of its card, and what chooses it has no name.
    """
    for cell, header in zip(cells, headers, strict=False):
        if cell.startswith('<td class="field-'):
            label = format_html(' data-label="{}"', capfirst(header["text"]))
            # Django's own cell goes on behind it as it is.
            yield flags_in_words(type(cell)(f"<td{label}{cell.removeprefix('<td')}"))
        else:
            yield cell


@register.simple_tag
def picture(folder: str, name: str) -> str:
    """Return the address of a guide's picture, `static/<folder>/<name>.webp`."""
    return static(f"{folder}/{name}.webp")


@register.simple_tag
def joined_scripts(media: Media, path: str, when: str = "") -> SafeString:
    """Return the tag of a joined file, then those of the media's scripts that are not in it.

    `when` may be `defer` for the joined one.
    """
    tag = format_html('<script src="{}"{}></script>', static(path), f" {when}" if when else "")
    # Where DEBUG is on the admin names the long forms of what is joined in its short one.
    inside = {part.replace(".min.js", ".js") for part in joined.JOINED[path]}
    named: list[Any] = media._js  # type: ignore[attr-defined]
    others = [each for each in named if str(each).replace(".min.js", ".js") not in inside]
    return format_html_join("\n", "{}", [(each,) for each in (tag, *Media(js=others).render_js())])


@register.simple_tag
def small_picture(path: str) -> str:
    """Return an address that holds the whole of a small drawing, so that it is no request."""
    return joined.small_picture(path)
