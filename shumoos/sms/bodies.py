"""What a text says. Made for one attempt, in the language of the addressee, and kept nowhere."""

import re

from django.template import Context, Engine
from django.utils import translation

from shumoos.sms import kinds
from shumoos.sms.models import TextMessage

# After Arabic words a phone shows the groups of such a number from right to left: 45-9037-4821-26.
GROUPED_NUMBER = re.compile(r"(?<![\w-])(?=\d+-\d)", re.ASCII)
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
        context = Context(kind.context(about, message.language), autoescape=False)
        # Not `render_to_string`: it would escape a plain text as if it were HTML.
        body = Engine.get_default().get_template(kind.template).render(context).strip()
        return GROUPED_NUMBER.sub(LEFT_TO_RIGHT_MARK, body) if translation.get_language_bidi() else body
