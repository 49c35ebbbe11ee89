"""A returned application on its way back: only what was flagged, and both versions kept."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.utils import InternalError
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from activation import decisions
from registration import corrections, versions
from registration.models import Application, ApplicationVersion, Licence
from registration.moves import MoveRefused
from shumoos.saudi.calendar import today
from shumoos.sms.models import TextMessage
from tests.codes import another, receive_code
from tests.factories import ApplicationFactory, city, jpeg, make_document, office, sector
from tests.races import at_once
from tests.registration.following import opened

CORRECT = reverse("registration:status_correct")
DETAILS = reverse("registration:status_details")
NEW_MOBILE = "+966559876543"

pytestmark = pytest.mark.django_db


def returned(supervisor, reason="بيانات ناقصة", application=None, **flags):
    application = application or ApplicationFactory()
    decisions.claim(application, by=supervisor)
    decisions.return_to_owner(application, by=supervisor, reason=reason, flags=flags)
    return application


def upload(color="blue"):
    return SimpleUploadedFile("letter.jpg", jpeg(color), "image/jpeg")


# The page ---------------------------------------------------------------------------------------------------


def test_the_page_shows_the_flagged_fields_with_the_supervisors_words(english, supervisor):
    application = returned(supervisor, name_ar="الاسم كما في الترخيص", letter="الخطاب غير واضح")
    opened(english, application)

    response = english.get(CORRECT)

    assert set(response.context["form"].fields) == {"name_ar", "letter", "as_it_stands"}
    assertNotContains(response, 'name="as_it_stands"')
    for words in ("بيانات ناقصة", "الاسم كما في الترخيص", "الخطاب غير واضح", application.owner_name):
        assertContains(response, words)
    assertNotContains(response, 'name="owner_name"')


def test_only_what_was_flagged_is_taken(english, supervisor):
    application = returned(supervisor, name_ar="الاسم كما في الترخيص")
    kept = {document.pk for document in application.documents.filter(is_current=True)}
    opened(english, application)

    response = english.post(
        CORRECT, {"name_ar": "الاسم الصحيح", "owner_name": "مالك آخر", "letter": upload()}
    )

    assertRedirects(response, DETAILS)
    before = application.owner_name
    application.refresh_from_db()
    assert (application.status, application.name_ar) == ("submitted", "الاسم الصحيح")
    assert application.owner_name == before
    assert {document.pk for document in application.documents.filter(is_current=True)} == kept


def test_sending_again_keeps_number_and_both_versions(english, supervisor):
    application = returned(supervisor, name_ar="الاسم كما في الترخيص", letter="غير واضح")
    reference, old = application.reference, application.name_ar
    opened(english, application)
    english.post(CORRECT, {"name_ar": "الاسم الصحيح", "letter": upload()})

    application.refresh_from_db()
    assert application.reference == reference
    first, second = application.versions.all()
    assert (first.number, second.number) == (1, 2)
    assert (first.typed["name_ar"], second.typed["name_ar"]) == (old, "الاسم الصحيح")
    assert len(set(first.documents) & set(second.documents)) == 2
    assert [change.name for change in versions.changes(first, second)] == ["name_ar", "letter"]
    assert application.documents.count() == 4
    assert not application.flags.unresolved().exists()
    assert application.flags.count() == 2
    assert TextMessage.objects.filter(kind="application_received").count() == 2


def test_a_good_document_is_kept_while_a_field_is_wrong(english, supervisor):
    application = returned(supervisor, commercial_registration="تحقق منه", letter="غير واضح")
    opened(english, application)

    response = english.post(CORRECT, {"commercial_registration": "123", "letter": upload()})
    assertContains(response, "ten digits", status_code=422)
    assertContains(response, "We have kept the new document", status_code=422)
    assertContains(response, 'value="123"', status_code=422)

    english.post(CORRECT, {"commercial_registration": "1010999907"})
    application.refresh_from_db()
    assert application.status == "submitted"


def test_a_flagged_document_has_to_be_replaced(english, supervisor):
    application = returned(supervisor, letter="غير واضح")
    opened(english, application)

    response = english.post(CORRECT)

    assertContains(response, "Add this document anew.", status_code=422)
    application.refresh_from_db()
    assert application.status == "returned"


def test_a_bad_document_is_told(english, supervisor):
    opened(english, returned(supervisor, letter="غير واضح"))

    bad = SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>", "image/jpeg")

    assert english.post(CORRECT, {"letter": bad}).status_code == 422


def test_sending_what_was_there_before_is_told(english, supervisor):
    application = returned(supervisor, name_ar="الاسم كما في الترخيص")
    opened(english, application)

    response = english.post(CORRECT, {"name_ar": application.name_ar})

    assertContains(response, "Nothing has been changed yet.", status_code=422)


@pytest.mark.parametrize("other", [{"commercial_registration": "1010999907"}, {"letter": ""}])
def test_a_flagged_field_that_is_sent_as_it_was_has_to_be_stood_by(english, supervisor, other):
    [name] = other
    application = returned(supervisor, name_ar="الاسم كما في الترخيص", **{name: "تحقق منه"})
    opened(english, application)

    def send(**more):
        files = {"letter": upload()} if name == "letter" else {}
        return english.post(CORRECT, {"name_ar": application.name_ar} | other | files | more)

    refused = send()

    assertContains(refused, "You have not changed this.", status_code=422)
    assertContains(refused, 'name="as_it_stands"', status_code=422)
    application.refresh_from_db()
    assert application.status == "returned"

    assertRedirects(send(as_it_stands="on"), DETAILS)
    application.refresh_from_db()
    assert application.status == "submitted"


def test_the_licences_days_are_compared_with_the_one_that_was_not_flagged(english, supervisor):
    application = returned(supervisor, licence_expires_on="خطأ")
    opened(english, application)
    day = application.licence_issued_on - timedelta(days=1)

    response = english.post(CORRECT, {"licence_expires_on": day.isoformat()})

    assertContains(response, "A licence expires after the day it was issued.", status_code=422)
    assert today() > day


def test_what_was_not_returned_cannot_be_corrected(english):
    application = ApplicationFactory()
    opened(english, application)

    assertRedirects(english.get(CORRECT), DETAILS)
    assertRedirects(english.post(CORRECT, {"name_ar": "اسم آخر"}), DETAILS)
    application.refresh_from_db()
    assert application.name_ar != "اسم آخر"


def test_after_half_an_hour_the_page_is_closed(english, supervisor):
    application = returned(supervisor, name_ar="كما في الترخيص")
    with time_machine.travel("2026-11-20 09:00:00+03:00", tick=False) as clock:
        opened(english, application)
        clock.shift(timedelta(minutes=30))
        english.post(CORRECT, {"name_ar": "اسم آخر"})

    application.refresh_from_db()
    assert application.status == "returned"


# The mobile -------------------------------------------------------------------------------------------------


def test_another_mobile_needs_a_code_sent_to_it(english, supervisor):
    application = returned(supervisor, owner_mobile="الجوال ليس لصاحب المنشأة")
    opened(english, application)

    response = english.post(CORRECT, {"owner_mobile": "0559876543"})

    assertContains(response, "A code is on its way to the new mobile.")
    application.refresh_from_db()
    assert (application.status, application.owner_mobile != NEW_MOBILE) == ("returned", True)

    code = receive_code(NEW_MOBILE)
    wrong = english.post(CORRECT, {"owner_mobile": "0559876543", "code": another(code)})
    assertContains(wrong, "This is not the code that was sent.", status_code=422)

    assertRedirects(english.post(CORRECT, {"owner_mobile": "0559876543", "code": code}), DETAILS)
    application.refresh_from_db()
    assert (application.status, application.owner_mobile) == ("submitted", NEW_MOBILE)
    assert application.mobile_verified_at is not None


def test_the_code_of_one_mobile_does_not_prove_another(english, supervisor):
    application = returned(supervisor, owner_mobile="الجوال ليس لصاحب المنشأة")
    opened(english, application)
    english.post(CORRECT, {"owner_mobile": "0559876543"})
    code = receive_code(NEW_MOBILE)

    response = english.post(CORRECT, {"owner_mobile": "0551111111", "code": code})

    assert response.status_code == 422
    application.refresh_from_db()
    assert application.status == "returned"


def test_the_same_mobile_needs_no_code(english, supervisor):
    application = returned(supervisor, owner_mobile="تأكد منه", name_ar="كما في الترخيص")
    opened(english, application)

    page = {"owner_mobile": application.owner_mobile, "name_ar": "الاسم الصحيح"}
    english.post(CORRECT, page | {"as_it_stands": "on"})

    application.refresh_from_db()
    assert application.status == "submitted"


def test_a_mobile_without_proof_is_refused_by_the_job_itself(supervisor):
    application = returned(supervisor, owner_mobile="الجوال ليس لصاحب المنشأة")

    with pytest.raises(MoveRefused):
        corrections.send_corrections(application, typed={"owner_mobile": NEW_MOBILE})


# The job ----------------------------------------------------------------------------------------------------


def test_a_field_that_was_not_flagged_is_refused_by_the_job_itself(supervisor):
    application = returned(supervisor, name_ar="كما في الترخيص")

    with pytest.raises(MoveRefused):
        corrections.send_corrections(application, typed={"name_ar": "صحيح", "owner_name": "مالك آخر"})

    application.refresh_from_db()
    assert application.status == "returned"


def test_another_city_takes_it_to_its_office(supervisor):
    application = returned(supervisor, city="المدينة خطأ")

    corrections.send_corrections(application, typed={"city": city("jeddah")})

    application.refresh_from_db()
    assert application.office == office("MKK")


def test_another_licence_number_is_another_licence(supervisor):
    application = returned(supervisor, licence_number="الرقم خطأ")
    before = application.licence

    corrections.send_corrections(application, typed={"licence_number": "NEW77"})

    application.refresh_from_db()
    assert application.licence != before
    assert application.licence == Licence.objects.get(number="NEW77")


def test_another_sector_moves_it_to_its_authority(supervisor):
    application = returned(supervisor, sector="النشاط خطأ")

    corrections.send_corrections(application, typed={"sector": sector("car_rental")})

    application.refresh_from_db()
    assert application.authority == sector("car_rental").authority


def test_a_licence_with_another_application_is_refused(supervisor):
    other = ApplicationFactory()
    application = returned(supervisor, licence_number="الرقم خطأ")

    with pytest.raises(MoveRefused):
        corrections.send_corrections(application, typed={"licence_number": other.licence_number})

    application.refresh_from_db()
    assert (application.status, application.versions.count()) == ("returned", 1)


def test_a_licence_outside_the_register_follows_the_correction(supervisor):
    application = returned(supervisor, name_ar="كما في الترخيص")

    corrections.send_corrections(application, typed={"name_ar": "الاسم الصحيح"})

    assert Licence.objects.get(pk=application.licence_id).name_ar == "الاسم الصحيح"


def test_sending_twice_is_sending_once(supervisor):
    application = returned(supervisor, name_ar="كما في الترخيص")
    corrections.send_corrections(application, typed={"name_ar": "الاسم الصحيح"})
    corrections.send_corrections(application, typed={"name_ar": "الاسم الصحيح"})

    assert application.versions.count() == 2
    assert TextMessage.objects.filter(kind="application_received").count() == 2


def test_a_withdrawn_application_is_not_corrected(supervisor):
    application = returned(supervisor, name_ar="كما في الترخيص")
    corrections.send_corrections(application, typed={"name_ar": "الاسم الصحيح"})
    decisions.claim(application, by=supervisor)
    decisions.reject(application, by=supervisor, reason="السبب")

    with pytest.raises(MoveRefused):
        corrections.send_corrections(application, typed={"name_ar": "اسم ثالث"})


def test_a_second_round_flags_and_compares_anew(supervisor):
    application = returned(supervisor, name_ar="كما في الترخيص")
    corrections.send_corrections(application, typed={"name_ar": "الاسم الثاني"})
    returned(supervisor, application=application, letter="غير واضح")
    with pytest.raises(MoveRefused):
        corrections.send_corrections(application, typed={})

    make_document(application, "letter", color="blue")
    corrections.send_corrections(application, typed={})

    rounds = versions.rounds(application)
    assert [[change.name for change in each.changes] for each in rounds] == [["letter"], ["name_ar"]]


def test_the_days_to_the_visit_begin_anew(supervisor):
    application = returned(supervisor, name_ar="كما في الترخيص")
    Application.objects.update(reminded_on_day=30)

    corrections.send_corrections(application, typed={"name_ar": "الاسم الصحيح"})

    application.refresh_from_db()
    assert application.reminded_on_day == 0


def test_a_version_is_never_changed():
    version = ApplicationFactory().versions.get()

    with pytest.raises(InternalError), transaction.atomic():
        ApplicationVersion.objects.filter(pk=version.pk).update(number=7)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_sending(supervisor):
    application = returned(supervisor, name_ar="كما في الترخيص")

    def send():
        mine = Application.objects.get(pk=application.pk)
        return corrections.send_corrections(mine, typed={"name_ar": "الاسم الصحيح"})

    at_once(send, send)

    assert application.versions.count() == 2
    assert application.events.filter(new="submitted").count() == 2
