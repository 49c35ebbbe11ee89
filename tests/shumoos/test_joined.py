"""Styles and scripts joined into one file each: whole, in their order, and leading to pictures that exist."""

import posixpath
import re
from pathlib import Path

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.template import Context, Template

from shumoos.joined import FORM_SCRIPTS, JOINED, joined, written

ADDRESS = re.compile(r"""url\(["']?([^"')]+)["']?\)""")
SCRIPTS = Template('{% load portal %}{% joined_scripts media "js/form.js" %}')
STYLES = [path for path in JOINED if path.endswith(".css")]


@pytest.fixture(autouse=True)
def joined_root(settings, tmp_path):
    settings.JOINED_ROOT = tmp_path
    return tmp_path


def last_line(part):
    return Path(finders.find(part)).read_text("utf-8").rstrip().splitlines()[-1]


@pytest.mark.parametrize("path", JOINED)
def test_every_part_is_in_it(path):
    content = Path(finders.find(path)).read_text("utf-8")

    ends = [content.find(last_line(part)) for part in JOINED[path]]
    assert -1 not in ends


@pytest.mark.parametrize("path", STYLES)
def test_every_address_in_a_style_sheet_leads_somewhere(path):
    addresses = [one for one in ADDRESS.findall(joined(path)) if not one.startswith("data:")]

    files = [posixpath.normpath(posixpath.join(posixpath.dirname(path), one)) for one in addresses]
    assert [file for file in files if finders.find(file) is None] == []
    # Small pictures stand in the sheet itself.
    assert {Path(file).suffix for file in files} <= {".woff2"}


def test_nothing_is_fetched_by_a_style_sheet_of_a_style_sheet():
    assert [path for path in STYLES if "@import" in joined(path)] == []


def test_a_joined_file_that_is_not_what_it_should_be_is_made_anew():
    path = Path(written("js/form.js"))
    path.write_text("alert(1)")

    assert Path(written("js/form.js")).read_text("utf-8") == joined("js/form.js")


def test_a_joined_file_that_is_right_stays_as_it_is():
    path = Path(written("js/form.js"))
    before = path.stat().st_mtime_ns

    written("js/form.js")

    assert path.stat().st_mtime_ns == before


def test_scripts_that_are_joined_have_one_tag_and_the_others_their_own():
    media = forms.Media(js=[*FORM_SCRIPTS, "js/review.js"])

    tags = SCRIPTS.render(Context({"media": media}))

    assert re.findall(r'src="([^"]*)"', tags) == ["/static/js/form.js", "/static/js/review.js"]


def test_long_forms_of_scripts_are_taken_for_their_short_ones():
    media = forms.Media(js=["admin/js/vendor/jquery/jquery.js"])

    tags = SCRIPTS.render(Context({"media": media}))

    assert tags.count("<script") == 1
