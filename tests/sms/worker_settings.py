"""The settings of a worker that knows the kinds of text that the tests send."""

from shumoos.settings import *  # noqa: F403
from shumoos.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.sms.texts.TextsConfig"]
