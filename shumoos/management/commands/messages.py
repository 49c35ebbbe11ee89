"""The Arabic catalogue: found in the sources, merged and checked, without GNU gettext."""

import html
import re
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import PoFileError, read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

LANGUAGE = "ar"
# Django's own for Arabic. Babel's differs from the hundreds on, and two formulas in one language do not mix.
PLURAL_FORMS = (
    "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5;"
)
FORMS = 6
# Of the six, those that stand for many: the others may leave the number to the word.
COUNTED_FORMS = (3, 4, 5)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
OUTSIDE = {"tests", "bench", "migrations", "var", "static", "docs", "node_modules", "__pycache__"}

PLACEHOLDER = re.compile(r"%\((\w+)\)[-#0 +]*[\d.]*[a-z]|\{(\w*)[^{}]*\}|%([sd])")
NOT_TEXT = re.compile(
    r"\{#.*?#\}|\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}|<!--.*?-->"
    r"|\{%\s*(blocktranslate|blocktrans)\b.*?%\}.*?\{%\s*end\1\s*%\}"
    r"|\{\{.*?\}\}|\{%.*?%\}"
    r"|<(script|style)\b.*?</\2>"
    r'|<(\w+)\b[^>]*\btranslate="no".*?</\3>',
    re.DOTALL,
)
TAG = re.compile(r"<[^<>]*>")
READ_ATTRIBUTE = re.compile(r'\b(?:alt|title|placeholder|aria-label|data-label)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")
# Names of formats are the same in every language.
SAME_EVERYWHERE = {"PDF", "CSV", "XLSX", "JSON", "QR"}


class Command(BaseCommand):
    help = "Bring the Arabic catalogue up to date with the sources; --check only compares them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 and list what is amiss"
        )
        parser.add_argument("--merge", metavar="DIR", help="take the translations of every .po file in DIR")

    def handle(self, *, check: bool, merge: str | None, **options: object) -> None:
        root = settings.BASE_DIR
        path = root / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
        found, catalogue = extracted(root), read(path)
        if check:
            problems = [*compare(found, catalogue), *bare_text(root)]
            self.stdout.writelines(f"{problem}\n" for problem in problems)
            if problems:
                raise CommandError(
                    f"{len(problems)} messages are not in order. Run `manage.py messages`, "
                    f"then translate what is empty in {path.relative_to(root)}."
                )
            return
        catalogue.update(found, no_fuzzy_matching=True, update_creation_date=False)
        if merge:
            self.stdout.writelines(f"{line}\n" for line in take(catalogue, Path(merge)))
        write(catalogue, path)
        empty = sum(1 for message in catalogue if message.id and is_untranslated(message))
        self.stdout.write(f"{len(catalogue)} messages, {empty} without Arabic, in {path.relative_to(root)}.")


def extracted(root: Path) -> Catalog:
    """Return every message in the Python files and templates under `root`."""
    found = Catalog(fuzzy=False)
    for path in sources(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What templatize leaves is calls between runs of X: without indentation, Python's tokens.
            text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
        name = path.relative_to(root).as_posix()
        for _line, ids, comments, context in extract(
            "python", BytesIO(text.encode()), KEYWORDS, comment_tags=("Translators:",)
        ):
            found.add(ids, locations=[(name, 0)], auto_comments=comments, context=context)
    return found


def sources(root: Path) -> Iterator[Path]:
    """Yield the Python files and templates whose words users read, in a steady order."""
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if OUTSIDE.intersection(parts) or any(part.startswith(".") for part in parts):
            continue
        if path.suffix == ".py" or is_template(path, root):
            yield path


def is_template(path: Path, root: Path) -> bool:
    return path.suffix in {".html", ".txt"} and "templates" in path.relative_to(root).parts


def read(path: Path) -> Catalog:
    """Return the catalogue at `path`, or an empty one. Raises `CommandError` for what is no catalogue."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if "Plural-Forms:" not in text:
        text = f'msgid ""\nmsgstr "Plural-Forms: {PLURAL_FORMS}\\n"\n\n{without_header(text)}'
    try:
        # As text: Babel would otherwise go by a header that names no charset.
        catalogue = read_po(StringIO(text), locale=LANGUAGE, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
    catalogue.fuzzy = False
    return catalogue


def without_header(text: str) -> str:
    return re.sub(r'\Amsgid ""\nmsgstr ""\n(".*"\n)*', "", text)


def write(catalogue: Catalog, path: Path) -> None:
    """Write the catalogue sorted and without line numbers, so that two people's changes seldom meet."""
    catalogue.project, catalogue.version, catalogue.charset = "Shumoos", "1", "utf-8"
    catalogue.last_translator, catalogue.language_team = "Shumoos", "Arabic"
    catalogue.msgid_bugs_address = ""
    catalogue.header_comment = "# The Arabic of Shumoos. `manage.py messages` keeps it."
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)


def take(catalogue: Catalog, directory: Path) -> Iterator[str]:
    """Put the translations of the directory's .po files into the catalogue; yield a line on what was left."""
    taken: dict[object, str] = {}
    for path in sorted(directory.glob("*.po")):
        for given in read(path):
            if not given.id or is_untranslated(given):
                continue
            message = catalogue.get(given.id, given.context)
            key = (given.id, given.context)
            if message is None:
                yield f"{path.name}: not in the sources: {first(given)!r}"
            elif key in taken and message.string != given.string:
                yield f"{path.name}: {taken[key]} translates otherwise: {first(given)!r}"
            else:
                message.string, taken[key] = given.string, path.name


def compare(found: Catalog, catalogue: Catalog) -> Iterator[str]:
    """Yield a line for each message missing, untranslated, fuzzy, obsolete, or with other placeholders."""
    for message in found:
        if message.id and catalogue.get(message.id, message.context) is None:
            yield f"missing: {first(message)!r} ({message.locations[0][0]})"
    for message in catalogue:
        if not message.id:
            continue
        where = found.get(message.id, message.context)
        if where is None:
            yield f"obsolete: {first(message)!r}"
        elif message.fuzzy:
            yield f"fuzzy: {first(message)!r}"
        elif is_untranslated(message):
            yield f"untranslated: {first(message)!r} ({where.locations[0][0]})"
        elif not agrees(message):
            yield f"placeholders differ: {first(message)!r}"
    for message in catalogue.obsolete.values():
        yield f"obsolete: {first(message)!r}"


def parts(words: str | Sequence[str] | None) -> list[str]:
    """Return the forms of a message or of its translation: one, or those for each number."""
    return [words or ""] if words is None or isinstance(words, str) else list(words)


def first(message: Message) -> str:
    return parts(message.id)[0]


def is_untranslated(message: Message) -> bool:
    strings = parts(message.string)
    return len(strings) != (FORMS if message.pluralizable else 1) or not all(strings)


def agrees(message: Message) -> bool:
    """Whether the translation has the message's placeholders; forms for none, one and two may lack some."""
    wanted = placeholders(parts(message.id)[-1])
    given = [placeholders(form) for form in parts(message.string)]
    if not message.pluralizable:
        return given == [wanted]
    return all(
        form == wanted if number in COUNTED_FORMS else set(form) <= set(wanted)
        for number, form in enumerate(given)
    )


def placeholders(text: str) -> list[str]:
    """Return the placeholders by name, sorted, each once; `%s` as often as it stands there."""
    found = PLACEHOLDER.findall(text.replace("%%", ""))
    return sorted({name or brace for name, brace, _ in found} - {""}) + ["%s"] * sum(1 for f in found if f[2])


def bare_text(root: Path) -> Iterator[str]:
    """Yield a line for each piece of a template that users would read untranslated.

    An element with `translate="no"` is left alone.
    """
    for path in sources(root):
        if is_template(path, root):
            for line, text in text_outside_gettext(path.read_text(encoding="utf-8")):
                yield f"outside gettext: {path.relative_to(root)}:{line}: {text!r}"


def text_outside_gettext(template: str) -> Iterator[tuple[int, str]]:
    """Yield line number and text of what stands between the tags, and in the attributes that are read."""
    left = NOT_TEXT.sub(blank, template)
    for attribute in READ_ATTRIBUTE.finditer(left):
        if has_words(attribute[1]):
            yield left.count("\n", 0, attribute.start()) + 1, attribute[1].strip()
    for number, line in enumerate(TAG.sub(blank, left).splitlines(), start=1):
        if has_words(line):
            yield number, " ".join(line.split())


def has_words(text: str) -> bool:
    return not SAME_EVERYWHERE.issuperset(WORD.findall(html.unescape(text)))


def blank(match: re.Match[str]) -> str:
    """Return as many lines as the match has, so that those after it keep their numbers."""
    return re.sub(r"[^\n]", " ", match[0])
