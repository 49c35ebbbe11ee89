"""An owner who registers in two tabs: what is confirmed is sent, and no older page undoes a newer one."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.models import Application, Status
from tests.factories import jpeg
from tests.registration.registering import (
    CHECK,
    DOCUMENTS,
    DONE,
    ESTABLISHMENT,
    OWNER,
    REGISTER,
    errors,
    give,
    go_through,
    the_establishment,
    the_licence,
    the_owner,
)

pytestmark = pytest.mark.django_db


def drawn(client, page):
    """What the page sends along, as a tab that shows it now would."""
    context = client.get(page).context
    return {"mark": context["mark"], "draft": context["draft"].key}


def test_what_was_changed_after_it_was_shown_is_not_sent(english):
    go_through(english)
    shown = drawn(english, CHECK)
    english.post(ESTABLISHMENT, the_establishment(name_ar="فندق آخر"))

    response = english.post(CHECK, shown | {"confirmed": "on"})

    assert "changed in another window" in errors(response)["__all__"][0]
    assertContains(response, "فندق آخر", status_code=422)
    assertNotContains(response, "checked", status_code=422)
    assert Application.objects.get().status == Status.DRAFT


def test_confirmed_again_it_is_sent(english):
    go_through(english)
    shown = drawn(english, CHECK)
    english.post(ESTABLISHMENT, the_establishment(name_ar="فندق آخر"))
    refused = english.post(CHECK, shown | {"confirmed": "on"})

    response = english.post(CHECK, shown | {"mark": refused.context["mark"], "confirmed": "on"})

    assertRedirects(response, DONE)
    assert Application.objects.get().name_ar == "فندق آخر"


def test_a_document_put_in_anothers_place_has_to_be_confirmed_too(english):
    go_through(english)
    shown = drawn(english, CHECK)
    give(english, "licence", jpeg("black"))

    response = english.post(CHECK, shown | {"confirmed": "on"})

    assert "changed in another window" in errors(response)["__all__"][0]
    assert Application.objects.get().status == Status.DRAFT


@pytest.mark.parametrize(
    ("page", "newer", "older", "field", "saved"),
    [
        (
            REGISTER,
            {"licence_number": "73102166"},
            {"owner_national_id": "2000000006"},
            "licence_number",
            "73102166",
        ),
        (
            ESTABLISHMENT,
            {"commercial_registration": "1010999999"},
            {"name_ar": "فندق آخر"},
            "commercial_registration",
            "1010999999",
        ),
        (OWNER, {"owner_mobile": "0507654321"}, {"owner_name": "اسم آخر"}, "owner_mobile", "+966507654321"),
    ],
)
def test_a_page_of_an_older_tab_undoes_nothing(english, page, newer, older, field, saved):
    draft = go_through(english, until=DOCUMENTS)
    form = {REGISTER: the_licence, ESTABLISHMENT: the_establishment, OWNER: the_owner}[page]
    old = drawn(english, page)
    english.post(page, form(**newer) | drawn(english, page))

    refused = english.post(page, form(**older) | old)

    draft.refresh_from_db()
    assert getattr(draft, field) == saved
    assert errors(refused)[field] == [
        f"Saved in another window: {saved}. Save again to put yours in its place."
    ]
    [typed] = older.values()
    assertContains(refused, typed, status_code=422)

    again = english.post(page, form(**older) | old | {"mark": refused.context["mark"]})

    assert again.status_code == 302
    draft.refresh_from_db()
    assert getattr(draft, next(iter(older))) == typed


def test_another_page_saved_meanwhile_is_no_hindrance(english):
    go_through(english, until=DOCUMENTS)
    old = drawn(english, ESTABLISHMENT)
    english.post(OWNER, the_owner(owner_name="اسم آخر"))

    assert english.post(ESTABLISHMENT, the_establishment(name_ar="فندق آخر") | old).status_code == 302

    draft = Application.objects.get()
    assert (draft.name_ar, draft.owner_name) == ("فندق آخر", "اسم آخر")


def test_two_clicks_on_one_page_are_one_save(english):
    go_through(english, until=DOCUMENTS)
    page = the_establishment(name_ar="فندق آخر") | drawn(english, ESTABLISHMENT)

    assert english.post(ESTABLISHMENT, page).status_code == 302
    assert english.post(ESTABLISHMENT, page).status_code == 302
