"""What a text says. Made for one attempt, in the language of the addressee, and kept nowhere."""

from django.template import Context, Engine
from django.utils import translation

from shumoos.sms import kinds
from shumoos.sms.models import TextMessage


def write(message: TextMessage, kind: kinds.Kind) -> str:
    """Return the body of this attempt; calling it again makes another one, with another password.

    Raises `kinds.Pointless` where the text has lost its purpose or what it is about is gone.
    """
    about = message.about
    if about is None and message.about_id is not None:
        raise kinds.Pointless
    with translation.override(message.language):
        context = Context(kind.context(about, message.language), autoescape=False)
        # Not `render_to_string`: it would escape a plain text as if it were HTML.
        return Engine.get_default().get_template(kind.template).render(context).strip()
