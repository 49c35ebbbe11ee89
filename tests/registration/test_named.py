"""Finding by a part of a name: the database folds as Python does, and the index serves."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.models import Application, Establishment, Licence
from registration.models.names import TooShort
from shumoos.saudi.names import fold
from tests.factories import ApplicationFactory, EstablishmentFactory, LicenceFactory

pytestmark = pytest.mark.django_db

storable = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
arabic = st.characters(min_codepoint=0x600, max_codepoint=0x6FF)
forms = st.characters(min_codepoint=0xFE70, max_codepoint=0xFEFC)
name = st.text(alphabet=storable | arabic | forms | st.sampled_from(" \tAÉé\u200f\u0301"), max_size=60)


@pytest.fixture(scope="module")
def kept(django_db_setup, django_db_blocker):
    """The key of one establishment for all examples."""
    with django_db_blocker.unblock():
        establishment = EstablishmentFactory()
        yield establishment.pk
        owner = establishment.owner
        establishment.delete()
        owner.delete()
        owner.user.delete()


@settings(max_examples=300, deadline=None)
@given(name, name)
def test_the_database_folds_as_python_does(kept, name_ar, name_en):
    Establishment.objects.filter(pk=kept).update(name_ar=name_ar, name_en=name_en)
    assert Establishment.objects.get(pk=kept).folded_names == fold(f"{name_ar} {name_en}")


@pytest.mark.parametrize(
    "typed",
    [
        "فندق أضواء المدينة",
        "اضواء",
        "ضوا",
        "المدينه",
        "المَدينة أضواء",
        "مدين",
        "فندق ا",
        "ADWAA",
        "adw مدينه",
    ],
)
def test_a_name_is_found_by_parts_in_any_spelling(typed):
    shape = {"name_ar": "فندق أضواء المدينة", "name_en": "Adwaa Al Madinah"}
    other = {"name_ar": "شقق رؤى الخُبر", "name_en": "Ruaa"}
    for factory, model in (
        (EstablishmentFactory, Establishment),
        (LicenceFactory, Licence),
        (ApplicationFactory, Application),
    ):
        wanted = factory(**shape)
        factory(**other)
        assert list(model.objects.named(typed)) == [wanted]


def test_signs_of_patterns_are_letters_like_others():
    EstablishmentFactory(name_ar="فندق المئة", name_en="Hundred")
    hundred = EstablishmentFactory(name_ar="فندق ١٠٠%", name_en="100_")
    assert list(Establishment.objects.named("100%")) == [hundred]
    assert not Establishment.objects.named("100% ___")


@pytest.mark.parametrize("typed", ["قص", "", "ـــ", "ف ن د ق"])
def test_too_little_of_a_name_is_refused_with_a_sentence(typed):
    with pytest.raises(TooShort, match="ثلاثة"):
        Establishment.objects.named(typed)


@pytest.mark.parametrize("model", [Application, Establishment, Licence])
@pytest.mark.parametrize("typed", ["نسيم", "oasis", "نسيم الواحة"])
def test_the_index_knows_arabic_letters_and_serves_the_search(model, typed):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SELECT cardinality(show_trgm(%s)) > 0", [fold(typed)])
        assert cursor.fetchone() == (True,)
    plan = model.objects.named(typed).order_by().explain()
    assert f"{model._meta.model_name}_names" in plan


def test_an_application_is_called_by_number_or_name():
    wanted = ApplicationFactory(licence_number="LC77", name_ar="فندق أضواء المدينة")
    ApplicationFactory()
    for typed in ("lc 77", "LC-٧٧", wanted.commercial_registration, "اضواء المدينه"):
        assert list(Application.objects.called(typed)) == [wanted]
    assert not Application.objects.called("77")
    with pytest.raises(TooShort):
        Application.objects.called("اض")


def test_a_number_or_a_name_is_found_without_reading_the_table():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Application.objects.called("فندق 12").order_by().explain()
    assert "BitmapOr" in plan
    assert "Seq Scan" not in plan
