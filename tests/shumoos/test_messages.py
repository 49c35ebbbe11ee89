import re
from io import StringIO
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from shumoos.management.commands.messages import PLURAL_FORMS, read, sources, text_outside_gettext

VIEW = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext

SAVED = _("The application has been saved.")
LONG = _(
    "One sentence "
    "on two lines."
)

def count(n):
    return ngettext("%(n)s guest", "%(n)s guests", n) % {"n": n}

def month():
    return pgettext("month", "May")
"""

PAGE = """
<h1>{% translate "Guests" %}</h1>
    <p>{% blocktranslate trimmed with name=guest.name %}
      Welcome,
      {{ name }}.
    {% endblocktranslate %}</p>
  <p>{{ "Nothing"|default:_("None yet") }}</p>
"""


@pytest.fixture
def project(tmp_path, settings):
    """A project of one view and one page, which the command takes for its own."""
    settings.BASE_DIR = tmp_path
    for name, text in {
        "guests/views.py": VIEW,
        "guests/migrations/0001_initial.py": "_('Not for users')",
        "tests/test_guests.py": "_('Not for users')",
        "templates/guests/list.html": PAGE,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def catalogue(project) -> Path:
    """The project's catalogue, with every message translated."""
    run()
    give(
        project,
        """
msgid "The application has been saved."
msgstr "حُفظ الطلب."

msgid "One sentence on two lines."
msgstr "جملة في سطرين."

msgid "%(n)s guest"
msgid_plural "%(n)s guests"
msgstr[0] "لا عملاء"
msgstr[1] "عميل واحد"
msgstr[2] "عميلان"
msgstr[3] "%(n)s عملاء"
msgstr[4] "%(n)s عميلًا"
msgstr[5] "%(n)s عميل"

msgctxt "month"
msgid "May"
msgstr "مايو"

msgid "Guests"
msgstr "العملاء"

msgid "Welcome, %(name)s."
msgstr "أهلًا %(name)s."

msgid "None yet"
msgstr "لا شيء بعد"
""",
    )
    return project / "locale/ar/LC_MESSAGES/django.po"


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("messages", *arguments, stdout=output)
    return output.getvalue()


def check() -> list[str]:
    """Return what `--check` finds amiss."""
    output = StringIO()
    try:
        call_command("messages", "--check", stdout=output)
    except CommandError:
        pass
    else:
        assert output.getvalue() == ""
    return output.getvalue().splitlines()


def give(project: Path, text: str) -> str:
    directory = project / "given"
    directory.mkdir(exist_ok=True)
    (directory / "a.po").write_text(text)
    return run("--merge", str(directory))


def test_messages_are_found_in_views_and_pages(project):
    run()

    text = (project / "locale/ar/LC_MESSAGES/django.po").read_text()
    ids = [line for line in text.splitlines() if line.startswith(("msgid", "msgctxt"))]
    assert ids == [
        'msgid ""',
        'msgid "%(n)s guest"',
        'msgid_plural "%(n)s guests"',
        'msgid "Guests"',
        'msgctxt "month"',
        'msgid "May"',
        'msgid "None yet"',
        'msgid "One sentence on two lines."',
        'msgid "The application has been saved."',
        'msgid "Welcome, %(name)s."',
    ]


def test_catalogue_counts_as_django_counts_in_arabic(project):
    run()

    own = Path(django.__file__).parent / "conf/locale/ar/LC_MESSAGES/django.po"
    header = f'"Plural-Forms: {PLURAL_FORMS}\\n"'
    for path in (own, project / "locale/ar/LC_MESSAGES/django.po"):
        assert header in path.read_text().replace('"\n"n', "n").replace('"\n"&', "&")


def test_complete_catalogue_passes_the_check(catalogue):
    assert check() == []


def test_second_run_changes_nothing(catalogue):
    before = catalogue.read_bytes()

    run()

    assert catalogue.read_bytes() == before


def test_new_message_is_reported_and_added_without_losing_the_others(catalogue, project):
    (project / "guests/views.py").write_text(VIEW + '_("Sent.")\n')

    assert check() == ["missing: 'Sent.' (guests/views.py)"]
    run()
    assert check() == ["untranslated: 'Sent.' (guests/views.py)"]
    assert 'msgstr "حُفظ الطلب."' in catalogue.read_text()


def test_message_that_has_gone_is_reported_and_dropped(catalogue, project):
    (project / "templates/guests/list.html").write_text(PAGE.replace("Guests", "Customers"))

    assert check() == ["missing: 'Customers' (templates/guests/list.html)", "obsolete: 'Guests'"]
    run()
    assert "Guests" not in catalogue.read_text()


def test_fuzzy_message_is_reported(catalogue):
    catalogue.write_text(
        catalogue.read_text().replace('msgid "Guests"', '#, fuzzy\nmsgid "Guests"'),
    )

    assert check() == ["fuzzy: 'Guests'"]


def test_obsolete_entry_left_in_the_file_is_reported(catalogue):
    catalogue.write_text(catalogue.read_text() + '\n#~ msgid "Old"\n#~ msgstr "قديم"\n')

    assert check() == ["obsolete: 'Old'"]


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("أهلًا %(name)s.", "أهلًا %(nmae)s.", "Welcome, %(name)s."),
        ("أهلًا %(name)s.", "أهلًا.", "Welcome, %(name)s."),
        ("%(n)s عميلًا", "عميلًا", "%(n)s guest"),
        ("عميلان", "%(count)s عميلان", "%(n)s guest"),
        ("حُفظ الطلب.", "حُفظ الطلب {number}.", "The application has been saved."),
    ],
)
def test_placeholder_that_differs_is_reported(catalogue, right, wrong, message):
    catalogue.write_text(catalogue.read_text().replace(right, wrong))

    assert check() == [f"placeholders differ: {message!r}"]


def test_plural_with_a_form_missing_counts_as_untranslated(catalogue):
    catalogue.write_text(catalogue.read_text().replace('msgstr[5] "%(n)s عميل"', 'msgstr[5] ""'))

    assert check() == ["untranslated: '%(n)s guest' (guests/views.py)"]


def test_merge_tells_of_translations_that_nothing_asks_for(catalogue, project):
    assert "a.po: not in the sources: 'Nowhere'" in give(project, 'msgid "Nowhere"\nmsgstr "لا مكان"\n')


def test_merge_tells_of_two_translations_of_one_message_and_keeps_the_first(catalogue, project):
    (project / "given/b.po").write_text('msgid "Guests"\nmsgstr "الضيوف"\n')

    assert "b.po: a.po translates otherwise: 'Guests'" in run("--merge", str(project / "given"))
    assert "الضيوف" not in catalogue.read_text()


def test_file_that_is_no_catalogue_is_named(catalogue, project):
    with pytest.raises(CommandError, match=r"a\.po"):
        give(project, 'msgid "Guests"\nmsgstr "العملاء"\n<<<<<<< theirs\n')


def test_words_in_a_page_outside_gettext_are_reported(catalogue, project):
    (project / "templates/guests/new.html").write_text('<main>\n  <p title="{{ a }}">Save it</p>\n</main>\n')

    assert check() == ["outside gettext: templates/guests/new.html:2: 'Save it'"]


@pytest.mark.parametrize(
    "template",
    [
        '{% translate "Save" %}',
        "{% blocktranslate %}Save{% endblocktranslate %}",
        "{# Save #}",
        "{% comment %}\nSave\n{% endcomment %}",
        "<!-- Save -->",
        "<p>{{ saved }} · {{ count }} / 10 &nbsp;</p>",
        '<input title="{{ name }}" class="form-control" placeholder="05">',
        '<p {% if a > b %}class="wide"{% endif %}></p>',
        "<a>(PDF)</a>",
        '<code translate="no">client_reference</code>',
    ],
)
def test_what_needs_no_translation_is_left_alone(template):
    assert list(text_outside_gettext(template)) == []


def test_no_source_calls_gettext_by_a_name_that_is_not_looked_for():
    """`from … import gettext as say` would leave every sentence of the file without Arabic."""
    root = Path(settings.BASE_DIR)
    renamed = re.compile(r"\bp?n?gettext(?:_lazy)? as (?!_\b)\w+")
    assert [
        str(path.relative_to(root))
        for path in sources(root)
        if path.suffix == ".py" and renamed.search(path.read_text(encoding="utf-8"))
    ] == []


@pytest.mark.parametrize(
    "template", ["<p>احفظ</p>", '<img alt="The mark">', "<b>{{ n }} guests</b>", '<a title="Next page"></a>']
)
def test_words_outside_gettext_are_found(template):
    assert [line for line, _text in text_outside_gettext(template)] == [1]


def test_every_sentence_of_the_portal_has_its_arabic_and_none_is_outside_gettext():
    assert check() == []


# One word per idea ------------------------------------------------------------------------------------------

# What has been written in two ways, and the one that is kept.
KEPT = {
    "اً": "ًا",
    "المالك": "صاحب المنشأة",
    "خط الدعم": "الدعم الفني",
    "ميجابايت": "ميغابايت",
    "فعّال": "نشط",
    "إدارتكم": "إدارتك",
    "جهتكم": "جهتك",
    "شركتكم": "شركتك",
    "منطقتكم": "منطقتك",
}


@pytest.mark.parametrize("other", KEPT)
def test_an_idea_has_one_word_and_whoever_reads_is_one_person(other):
    forms = []
    for each in read(Path(settings.BASE_DIR, "locale/ar/LC_MESSAGES/django.po")):
        forms += each.string if isinstance(each.string, tuple) else [each.string]

    assert len(forms) > 1000
    assert [form for form in forms if other in form] == []
