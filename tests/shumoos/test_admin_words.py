"""The admin in Arabic: nothing on its own lists and forms is left in English."""

import json
import re

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.urls import reverse
from django.utils.translation import override

from shumoos.admin_words import MISSING

ARABIC = re.compile(r"[\u0621-\u064a]")
ADMINS = list(admin.site._registry.items())


def names_of(model, model_admin):
    """Return what a list has columns for and a form has fields for."""
    fields = [field.name for field in model._meta.get_fields() if field.concrete and field.editable]
    shown = model_admin.fields or flatten_fieldsets(model_admin.fieldsets or []) or fields
    left_out = {"id", *(model_admin.exclude or ())}
    return {*model_admin.list_display, *model_admin.readonly_fields, *shown} - left_out


@pytest.mark.parametrize(("model", "model_admin"), ADMINS, ids=[model._meta.label for model, _ in ADMINS])
def test_every_column_and_field_of_the_admin_has_arabic_words(model, model_admin):
    with override("ar"):
        words = {
            name: str(label_for_field(name, model, model_admin)) for name in names_of(model, model_admin)
        }
        words["its own name"] = str(model._meta.verbose_name_plural)

    assert {name: word for name, word in words.items() if not ARABIC.search(word)} == {}


@pytest.mark.parametrize(("model", "model_admin"), ADMINS, ids=[model._meta.label for model, _ in ADMINS])
def test_every_search_says_what_it_finds(model, model_admin):
    assert bool(model_admin.search_fields) == bool(model_admin.search_help_text)


def test_the_scripts_of_the_admin_have_arabic_words_too(administrator_client):
    administrator_client.cookies["django_language"] = "ar"

    catalogue = administrator_client.get(reverse("admin:jsi18n")).text

    words = json.loads(re.search(r"newcatalog = (\{.*?\});", catalogue, re.DOTALL)[1])
    assert [one for one in MISSING if not ARABIC.search(words.get(one, ""))] == []
    assert words["Filter"] == "تصفية"


def test_strangers_get_no_words_of_the_admin(client):
    assert client.get(reverse("admin:jsi18n")).status_code == 302
