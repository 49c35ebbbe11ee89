"""What a text says. Made for one attempt, in the language of the addressee, and kept nowhere."""

import re
from dataclasses import dataclass
from typing import Any

from django.template import Context, Engine
from django.utils import translation

from shumoos.saudi import sms_length
from shumoos.sms import kinds
from shumoos.sms.models import TextMessage

# After Arabic words a phone shows the groups of such a number from right to left: 41-9037-4821-26. None is
# within a link, which a mark would break, nor within a user name, where marks would take room.
GROUPED_NUMBER = re.compile(r"(?<![^\s(«])(?=[0-9]+-[0-9])")
LEFT_TO_RIGHT_MARK = "\u200e"


def write(message: TextMessage, kind: kinds.Kind) -> str:
    """Return the body of this attempt; calling it again makes another one, with another password.

    In Arabic each number of hyphenated groups gets an invisible mark before it, which takes the room of one
    character. Raises `kinds.Pointless` where the text has lost its purpose or what it is about is gone.
    """
    about = message.about
    if about is None and message.about_id is not None:
        raise kinds.Pointless
    with translation.override(message.language):
        return compose(kind, kind.context(about, message.language))


def compose(kind: kinds.Kind, context: dict[str, Any]) -> str:
    # Not `render_to_string`: it would escape a plain text as if it were HTML.
    template = Engine.get_default().get_template(kind.template)
    body = template.render(Context(context, autoescape=False)).strip()
    return GROUPED_NUMBER.sub(LEFT_TO_RIGHT_MARK, body) if translation.get_language_bidi() else body


@dataclass(frozen=True)
class Preview:
    """What a kind of text says with invented values."""

    language: str
    is_rtl: bool
    body: str

    @property
    def parts(self) -> int:
        return sms_length.parts(self.body)

    @property
    def characters(self) -> int:
        return len(self.body)


def previews(kind: kinds.Kind, language: str) -> list[Preview]:
    """Return a preview of each of the kind's wordings."""
    with translation.override(language):
        is_rtl = translation.get_language_bidi()
        return [Preview(language, is_rtl, compose(kind, context)) for context in kind.samples(language)]
