"""What pages need to set Latin runs into Arabic text."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def bdi(value: object) -> SafeString:
    """Return the value set apart, so that numbers and Latin codes keep their order in Arabic text."""
    return format_html("<bdi>{}</bdi>", value)


@register.filter
def code(value: object) -> SafeString:
    """Return a number or a code set apart, left to right, in digits of one width."""
    return format_html('<bdi class="code">{}</bdi>', value)


@register.simple_tag
def picture(folder: str, name: str) -> str:
    """Return the address of a guide's picture, `static/<folder>/<name>.webp`."""
    return static(f"{folder}/{name}.webp")
