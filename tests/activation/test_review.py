"""The queue and the review page: who sees what, claiming, returning, rejecting."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from activation import decisions
from activation.models import Review
from registration import corrections, moves
from registration.models import Application
from registration.moves import MoveRefused
from shumoos.accounts.models import Look
from shumoos.sms.models import TextMessage
from tests.activation.reviewing import claimed, everything_ticked, page
from tests.factories import ApplicationFactory, OfficerFactory, city, make_document

QUEUE = reverse("admin:activation_queue")

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return ApplicationFactory()


def test_the_queue_shows_the_own_office_only(supervisor_client, makkah_client, application):
    jeddah = ApplicationFactory(city=city("jeddah"))

    response = supervisor_client.get(QUEUE)
    assertContains(response, application.shown_reference)
    assertNotContains(response, jeddah.shown_reference)
    assertContains(makkah_client.get(QUEUE), jeddah.shown_reference)


def test_the_queue_takes_as_many_queries_for_three_as_for_one(supervisor_client, supervisor, application):
    claimed(application, supervisor)
    with CaptureQueriesContext(
        connection,
    ) as one:
        supervisor_client.get(QUEUE)
    claimed(ApplicationFactory(), supervisor)
    ApplicationFactory()
    with CaptureQueriesContext(connection) as three:
        supervisor_client.get(QUEUE)
    assert len(one) == len(three)


def test_the_queue_is_paged_by_age(supervisor_client, monkeypatch):
    monkeypatch.setattr("activation.queue.PAGE", 2)
    applications = [ApplicationFactory() for _position in range(3)]

    first = supervisor_client.get(QUEUE)
    assert first.context["page"].applications == applications[:2]
    second = supervisor_client.get(QUEUE, {"after": first.context["page"].next_key})
    assert second.context["page"].applications == applications[2:]
    assert supervisor_client.get(QUEUE, {"after": "rubbish"}).status_code == 200


@pytest.mark.parametrize("spelling", ["plain", "hyphens", "arabic digits"])
def test_a_reference_number_leads_straight_to_its_application(supervisor_client, application, spelling):
    typed = {
        "plain": application.reference,
        "hyphens": application.shown_reference,
        "arabic digits": application.reference.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    }[spelling]
    assertRedirects(supervisor_client.get(QUEUE, {"q": typed}), page("review", application))


def test_a_mistyped_reference_number_is_told_as_such(supervisor_client, application):
    wrong = application.reference[:-1] + str((int(application.reference[-1]) + 1) % 10)
    assertContains(supervisor_client.get(QUEUE, {"q": wrong}), "خطأ كتابة")


def test_a_part_of_the_name_finds_it_and_another_office_does_not(
    supervisor_client, makkah_client, application
):
    assertRedirects(supervisor_client.get(QUEUE, {"q": application.name_en}), page("review", application))
    assertContains(makkah_client.get(QUEUE, {"q": application.name_en}), "فقد يكون الطلب لدى إدارة أخرى")


def test_the_review_page_shows_data_documents_and_history_and_logs_the_look(supervisor_client, application):
    response = supervisor_client.get(page("review", application))

    assertContains(response, application.owner_national_id)
    for document in application.documents.all():
        assertContains(response, page("document", application, document.pk))
    look = Look.objects.get()
    assert (look.action, look.subject) == ("review", f"registration.application:{application.pk}")


def test_a_document_opens_for_the_office_and_the_look_is_logged(
    supervisor_client, makkah_client, application
):
    document = application.documents.first()
    address = page("document", application, document.pk)

    response = supervisor_client.get(address)

    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert makkah_client.get(address).status_code == 404
    assert [look.action for look in Look.objects.all()] == ["document"]


def test_another_applications_document_is_not_found_under_this_one(supervisor_client, application):
    other = ApplicationFactory().documents.first()
    assert supervisor_client.get(page("document", application, other.pk)).status_code == 404


def test_claiming_twice_is_claiming_once(supervisor_client, supervisor, application):
    supervisor_client.post(page("claim", application))
    supervisor_client.post(page("claim", application))

    review = Review.objects.get()
    assert (review.supervisor, review.checks.count()) == (supervisor, 3)
    application.refresh_from_db()
    assert application.status == "under_review"


def test_the_second_supervisor_sees_who_has_it(supervisor, application):
    decisions.claim(application, by=supervisor)
    with pytest.raises(MoveRefused, match=supervisor.full_name):
        decisions.claim(application, by=OfficerFactory())


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_one_has_it_and_the_other_sees_who():
    application = ApplicationFactory()
    supervisors = [OfficerFactory(), OfficerFactory()]
    start = threading.Barrier(2)
    refusals = []

    def claim(supervisor):
        start.wait()
        try:
            decisions.claim(Application.objects.get(pk=application.pk), by=supervisor)
        except MoveRefused as refusal:
            refusals.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=[supervisor]) for supervisor in supervisors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winner = Review.objects.get().supervisor
    assert len(refusals) == 1
    assert winner.full_name in refusals[0]


def test_releasing_puts_it_back_for_others(supervisor_client, supervisor, application):
    decisions.claim(application, by=supervisor)
    supervisor_client.post(page("release", application), everything_ticked(application))

    application.refresh_from_db()
    assert application.status == "submitted"
    assert decisions.claim(application, by=OfficerFactory()).pk


def test_the_checklist_is_kept_as_far_as_it_is_ticked(supervisor_client, supervisor, application):
    decisions.claim(application, by=supervisor)
    ticks = everything_ticked(application)
    del ticks["person_checked"]

    supervisor_client.post(page("check", application), ticks)

    review = application.reviews.get()
    assert not review.person_checked
    assert all(check.is_complete for check in review.checks.all())


@pytest.mark.parametrize(("name", "status"), [("return", "returned"), ("reject", "rejected")])
def test_sending_it_back_tells_the_owner_why(supervisor_client, supervisor, application, name, status):
    decisions.claim(application, by=supervisor)
    words = "صورة الترخيص غير واضحة."

    flag = {"return-flag_name_ar": "on", "return-words_name_ar": "كما في الترخيص"}
    response = supervisor_client.post(page(name, application), {f"{name}-reason": words} | flag)

    assertRedirects(response, page("review", application))
    application.refresh_from_db()
    assert application.status == status
    event = application.events.last()
    assert (event.new, event.reason, event.by) == (status, words, supervisor)
    assert TextMessage.objects.filter(kind=f"application_{status}").get().to == application.owner_mobile


@pytest.mark.parametrize("name", ["return", "reject"])
def test_sending_it_back_needs_words(supervisor_client, supervisor, application, name):
    decisions.claim(application, by=supervisor)

    response = supervisor_client.post(page(name, application), {f"{name}-reason": " "})

    assertContains(response, "اذكر السبب بكلمات يقرؤها صاحب المنشأة.", status_code=422)
    application.refresh_from_db()
    assert application.status == "under_review"


def test_returning_flags_what_is_to_be_put_right(supervisor_client, supervisor, application):
    decisions.claim(application, by=supervisor)
    form = {
        "return-reason": "وثائق ناقصة",
        "return-flag_name_ar": "on",
        "return-words_name_ar": "الاسم كما في الترخيص",
        "return-words_letter": "الخطاب غير واضح",
    }

    supervisor_client.post(page("return", application), form)

    flags = application.flags.order_by("name")
    assert [(flag.name, flag.words, flag.raised_by) for flag in flags] == [
        ("letter", "الخطاب غير واضح", supervisor),
        ("name_ar", "الاسم كما في الترخيص", supervisor),
    ]
    response = supervisor_client.get(page("review", application))
    assertContains(response, "الخطاب غير واضح")


@pytest.mark.parametrize("flag", [{}, {"return-flag_name_ar": "on"}])
def test_returning_needs_a_flag_with_words(supervisor_client, supervisor, application, flag):
    decisions.claim(application, by=supervisor)

    response = supervisor_client.post(page("return", application), {"return-reason": "ناقص"} | flag)

    assert response.status_code == 422
    assert response.context["return_form"].errors
    application.refresh_from_db()
    assert (application.status, application.flags.count()) == ("under_review", 0)


def test_only_what_the_application_has_can_be_flagged(supervisor, application):
    decisions.claim(application, by=supervisor)

    with pytest.raises(ValidationError):
        decisions.return_to_owner(application, by=supervisor, reason="ناقص", flags={"status": "كلام"})

    application.refresh_from_db()
    assert application.status == "under_review"


def test_the_review_page_shows_what_a_correction_changed(supervisor_client, supervisor, application):
    old_name, old_letter = application.name_ar, application.documents.get(kind="letter")
    decisions.claim(application, by=supervisor)
    flags = {"name_ar": "كما في الترخيص", "letter": "غير واضح"}
    decisions.return_to_owner(application, by=supervisor, reason="ناقص", flags=flags)
    new_letter = make_document(application, "letter", color="blue")
    corrections.send_corrections(application, typed={"name_ar": "الاسم الصحيح"})

    response = supervisor_client.get(page("review", application))

    (round_,) = response.context["rounds"]
    assert [(change.name, change.before, change.after) for change in round_.changes] == [
        ("name_ar", old_name, "الاسم الصحيح"),
        ("letter", old_letter, new_letter),
    ]
    for words in (old_name, "الاسم الصحيح", page("document", application, old_letter.pk)):
        assertContains(response, words)


def test_withdrawing_ends_the_open_review(supervisor, application):
    review = decisions.claim(application, by=supervisor)

    moves.withdraw(application, by=None, reason="أغلقت المنشأة")

    review.refresh_from_db()
    assert (review.decision, review.decided_at is not None) == ("withdraw", True)
    with pytest.raises(MoveRefused):
        decisions.activate(application, by=supervisor)


def test_returning_twice_sends_one_text(supervisor, application):
    claimed(application, supervisor)
    decisions.return_to_owner(application, by=supervisor, reason="ناقص")
    decisions.return_to_owner(application, by=supervisor, reason="ناقص")
    assert TextMessage.objects.filter(kind="application_returned").count() == 1


def test_a_rejected_application_is_not_activated(supervisor, application):
    claimed(application, supervisor)
    decisions.reject(application, by=supervisor, reason="الترخيص ملغى.")
    with pytest.raises(MoveRefused):
        decisions.activate(application, by=supervisor)


def test_the_stock_list_and_form_lead_to_queue_and_review(supervisor_client, application):
    assertRedirects(supervisor_client.get(reverse("admin:registration_application_changelist")), QUEUE)
    assertRedirects(
        supervisor_client.get(reverse("admin:registration_application_change", args=[application.pk])),
        page("review", application),
    )
    assert supervisor_client.get(reverse("admin:registration_application_add")).status_code == 403
