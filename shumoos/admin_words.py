"""Words of the admin's scripts that Django has not in Arabic: those of the two lists to choose from."""

from typing import Any

from django.utils.translation import gettext, gettext_noop
from django.views.i18n import JavaScriptCatalog

MISSING = [
    gettext_noop("Choose all %s"),
    gettext_noop("Remove all %s"),
    gettext_noop("Choose selected %s"),
    gettext_noop("Remove selected %s"),
    gettext_noop('Choose %s by selecting them and then select the "Choose" arrow button.'),
    gettext_noop('Remove %s by selecting them and then select the "Remove" arrow button.'),
    gettext_noop("Type into this box to filter down the list of selected %s."),
    gettext_noop("(click to clear)"),
]


class AdminWords(JavaScriptCatalog):
    """The catalogue of Django's admin, with ours where it has none."""

    packages = ["django.contrib.admin"]

    def get_catalog(self) -> dict[str, Any]:
        return {words: gettext(words) for words in MISSING} | super().get_catalog()
