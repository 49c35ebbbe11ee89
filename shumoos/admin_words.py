"""Words of the admin that Django has not in Arabic, or has twice: a link and its page say the same."""

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
# Ours for what reads wrong with a plural of people, or says of a link another thing than its page does.
BETTER_IN_SCRIPTS = [
    gettext_noop("Available %s"),
    gettext_noop("Chosen %s"),
]

SELECTED = gettext_noop("%(sel)s of %(cnt)s selected")
# The same for the pages themselves: Django finds our words for its own before it finds its own.
BETTER = [
    gettext_noop("Add %(name)s"),
    gettext_noop("Add another %(verbose_name)s"),
    gettext_noop("Delete"),
    gettext_noop("View"),
    gettext_noop("Save and add another"),
    gettext_noop("Save and continue editing"),
    gettext_noop("Save and view"),
    gettext_noop("0 of %(cnt)s selected"),
    gettext_noop("No, take me back"),
    gettext_noop("Yes, I’m sure"),
    gettext_noop(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? '
        "All of the following related items will be deleted:"
    ),
]


class AdminWords(JavaScriptCatalog):
    """The catalogue of Django's admin, with ours where it has none."""

    packages = ["django.contrib.admin"]

    def get_catalog(self) -> dict[str, Any]:
        ours: dict[str, Any] = {words: gettext(words) for words in BETTER_IN_SCRIPTS}
        # One sentence for every number, in each of Arabic's six forms.
        ours |= {SELECTED: [gettext(SELECTED)] * 6}
        return {words: gettext(words) for words in MISSING} | super().get_catalog() | ours
