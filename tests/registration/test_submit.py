from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activation import decisions, life
from registration import drafts, intake, moves
from registration.models import Application, Licence, Status
from registration.moves import MoveRefused, move_application
from shumoos.saudi import reference_number, sms_length
from shumoos.saudi.calendar import today
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from tests.activation.reviewing import claimed
from tests.factories import (
    ApplicationFactory,
    LicenceFactory,
    OfficerFactory,
    TypedFactory,
    city,
    make_document,
    make_draft,
    office,
    sector,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db


def send(typed):
    return intake.submit(make_draft(**typed))


def test_a_draft_goes_to_the_office_of_its_citys_region():
    typed = TypedFactory(city=city("jeddah"))

    application = intake.submit(make_draft(**typed), language="en")

    assert application.status == Status.SUBMITTED
    assert application.office == office("MKK")
    assert application.authority == typed["sector"].authority
    assert reference_number.is_valid(application.reference)
    assert application.submitted_at is not None
    assert application.language == "en"
    event = application.events.get()
    assert (event.old, event.new, event.by) == ("draft", "submitted", None)


def test_the_owner_is_told_the_reference_number_by_text():
    application = ApplicationFactory(language="en")

    text = TextMessage.objects.get()
    assert (text.kind, text.to, text.language) == (
        "application_received",
        application.owner_mobile,
        "en",
    )
    assert text.about == application


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_text_names_reference_and_office_in_one_part(language):
    for place in ["riyadh", "madinah", "dammam", "arar"]:
        application = ApplicationFactory(city=city(place), language=language)

        text = TextMessage.objects.get(about_id=application.pk)
        body = bodies.write(text, kinds.get(text.kind))

        assert application.shown_reference in body
        assert sms_length.parts(body) == 1


def test_a_licence_in_the_register_is_linked_and_left_as_it_is():
    licence = LicenceFactory(name_ar="الاسم في السجل")
    typed = TypedFactory(
        sector=licence.sector, licence_number=licence.number, name_ar="الاسم كما كتبه المالك"
    )

    application = send(typed)

    licence.refresh_from_db()
    assert application.licence == licence
    assert licence.name_ar == "الاسم في السجل"
    assert licence.in_register
    assert application.name_ar == "الاسم كما كتبه المالك"


def test_a_licence_outside_the_register_is_made_from_what_was_typed():
    typed = TypedFactory()

    application = send(typed)

    licence = Licence.objects.get()
    assert application.licence == licence
    assert not licence.in_register
    assert (licence.number, licence.authority) == (typed["licence_number"], typed["sector"].authority)
    assert (licence.name_ar, licence.expires_on) == (typed["name_ar"], typed["licence_expires_on"])


def test_the_latest_applicant_describes_a_licence_outside_the_register():
    first = ApplicationFactory()
    moves.withdraw(first, by=None)

    second = send(TypedFactory(licence_number=first.licence_number, name_ar="الاسم الصحيح"))

    assert second.licence == first.licence
    assert second.licence.name_ar == "الاسم الصحيح"


def test_the_same_number_of_another_authority_is_another_licence():
    first = ApplicationFactory(sector=sector("hotels"))
    second = ApplicationFactory(sector=sector("car_rental"), licence_number=first.licence_number)

    assert first.licence != second.licence


def test_sending_again_changes_nothing():
    typed = TypedFactory()
    draft = make_draft(**typed)
    first = intake.submit(draft)

    second = intake.submit(Application.objects.get(pk=draft.pk))

    assert second == first
    assert second.reference == first.reference
    assert second.name_ar == typed["name_ar"]
    assert second.events.count() == 1
    assert TextMessage.objects.count() == 1


def test_a_licence_with_an_application_in_progress_is_refused():
    first = ApplicationFactory()
    typed = TypedFactory(licence_number=first.licence_number)
    draft = make_draft(**typed)

    with pytest.raises(MoveRefused, match="920014446"):
        intake.submit(draft)

    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    assert TextMessage.objects.count() == 1


@pytest.mark.parametrize("status", ["rejected", "withdrawn"])
def test_a_licence_whose_application_has_ended_may_be_applied_for_again(status, supervisor):
    first = ApplicationFactory()
    move_application(first, Status.UNDER_REVIEW, by=supervisor)
    move_application(first, Status(status), by=supervisor, reason="الخطاب غير واضح")

    second = send(TypedFactory(licence_number=first.licence_number))

    assert second.status == Status.SUBMITTED
    assert second.reference != first.reference


def test_a_licence_with_an_active_subscription_is_refused(supervisor):
    first = ApplicationFactory()
    subscription = decisions.activate(claimed(first, supervisor), by=supervisor)

    with pytest.raises(MoveRefused):
        send(TypedFactory(licence_number=first.licence_number))

    life.close(subscription.establishment, by=supervisor, reason="سبب")
    assert send(TypedFactory(licence_number=first.licence_number)).licence == first.licence


def test_a_draft_without_all_documents_is_refused():
    typed = TypedFactory()
    draft = drafts.begin(typed=typed)
    drafts.note_verified(draft, mobile=draft.owner_mobile)
    make_document(draft, "licence")

    with pytest.raises(ValidationError) as refusal:
        intake.submit(draft)

    assert set(refusal.value.message_dict) == {"letter", "owner_id"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("licence_number", ""),
        ("city", None),
        ("licence_issued_on", None),
        ("owner_name", ""),
        ("owner_mobile", ""),
    ],
)
def test_a_draft_in_which_something_is_missing_is_refused(field, value):
    draft = make_draft(**TypedFactory(**{field: value}))

    with pytest.raises(ValidationError) as refusal:
        intake.submit(draft)

    assert set(refusal.value.message_dict) == {field}


def test_a_draft_whose_mobile_is_not_proved_is_refused():
    draft = make_draft(**TypedFactory())
    drafts.save(draft, typed={"owner_mobile": "+966509999999"})

    with pytest.raises(ValidationError) as refusal:
        intake.submit(draft)

    assert set(refusal.value.message_dict) == {"owner_mobile"}


def test_a_licence_that_expired_while_its_draft_waited_is_refused(time_machine):
    draft = make_draft(**TypedFactory(licence_expires_on=today() + timedelta(days=3)))
    time_machine.move_to(timezone.now() + timedelta(days=4))

    with pytest.raises(ValidationError) as refusal:
        intake.submit(draft)

    assert set(refusal.value.message_dict) == {"licence_expires_on"}


def test_a_sent_application_is_not_saved_as_a_draft_again():
    application = ApplicationFactory()

    with pytest.raises(MoveRefused):
        drafts.save(application, typed={"name_ar": "اسم آخر"})

    application.refresh_from_db()
    assert application.name_ar != "اسم آخر"


def test_a_reference_number_that_is_taken_is_made_anew(monkeypatch):
    taken = ApplicationFactory().reference
    made = iter([taken, taken, reference_number.add_check_digits("2600000001")])
    monkeypatch.setattr(reference_number, "make", lambda year: next(made))

    assert ApplicationFactory().reference == reference_number.add_check_digits("2600000001")


def test_a_returned_application_is_corrected_under_its_own_number_only(supervisor):
    returned = ApplicationFactory()
    move_application(returned, Status.UNDER_REVIEW, by=supervisor)
    move_application(returned, Status.RETURNED, by=supervisor, reason="الخطاب غير واضح")

    with pytest.raises(MoveRefused):
        send(
            TypedFactory(
                licence_number=returned.licence_number,
                owner_national_id=returned.owner_national_id,
            )
        )

    returned.refresh_from_db()
    assert returned.status == Status.RETURNED


def test_a_move_is_repeated_harmlessly_and_others_are_refused(supervisor):
    application = ApplicationFactory()

    moves.withdraw(application, by=None)
    moves.withdraw(application, by=None)

    assert application.events.count() == 2
    assert application.decided_at is not None
    with pytest.raises(MoveRefused):
        move_application(application, Status.UNDER_REVIEW, by=supervisor)
    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN


def test_a_submission_that_is_rolled_back_rings_no_bell(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as bells, transaction.atomic():
        ApplicationFactory()
        transaction.set_rollback(True)

    assert bells == []
    assert not Application.objects.exists()
    assert not TextMessage.objects.exists()


def test_supervisors_see_the_sent_applications_of_their_own_region(supervisor, makkah_supervisor, owner):
    riyadh, jeddah = ApplicationFactory(), ApplicationFactory(city=city("jeddah"))
    make_draft(**TypedFactory())

    assert list(Application.objects.visible_to(supervisor)) == [riyadh]
    assert list(Application.objects.visible_to(makkah_supervisor)) == [jeddah]
    assert list(Application.objects.visible_to(OfficerFactory(office="JAZ"))) == []
    assert list(Application.objects.visible_to(owner)) == []


def test_an_expired_licences_dates_are_kept_in_order_by_the_database():
    typed = TypedFactory(licence_issued_on=today(), licence_expires_on=today() - timedelta(days=1))

    with pytest.raises(ValidationError):
        send(typed)


@pytest.mark.django_db(transaction=True)
def test_of_two_applications_for_one_licence_sent_at_once_one_wins():
    number = TypedFactory()["licence_number"]
    both = [make_draft(**TypedFactory(licence_number=number)) for _ in range(2)]

    outcomes = at_once(*[lambda draft=draft: intake.submit(draft) for draft in both])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Application", "LicenceTaken"]
    assert sorted(Application.objects.values_list("status", flat=True)) == ["draft", "submitted"]
    assert TextMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_draft_sent_twice_at_once_is_one_application():
    typed = TypedFactory()
    draft = make_draft(**typed)

    first, second = at_once(*[lambda: intake.submit(Application.objects.get(pk=draft.pk))] * 2)

    assert first.reference == second.reference
    assert first.events.count() == 1
    assert TextMessage.objects.count() == 1
