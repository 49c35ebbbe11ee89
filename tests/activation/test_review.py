"""The queue and the review page: who sees what, claiming, returning, rejecting."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from activation import decisions
from activation.models import Review
from registration import corrections, moves
from registration.models import Application
from registration.models.applications import TYPED
from registration.moves import MoveRefused
from shumoos.accounts.models import Look
from shumoos.saudi import calendar
from shumoos.sms.models import TextMessage
from shumoos.sms.outbox import queue_sms
from tests.activation.reviewing import claimed, everything_ticked, page
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, LicenceFactory, OfficerFactory, city, make_document
from violations.escalation import escalate

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
    supervisor_client.get(QUEUE)  # what is kept from one request to the next is not counted
    with CaptureQueriesContext(connection) as one:
        supervisor_client.get(QUEUE)
    claimed(ApplicationFactory(), supervisor)
    ApplicationFactory()
    with CaptureQueriesContext(connection) as three:
        supervisor_client.get(QUEUE)
    assert len(one) == len(three)


def test_the_queue_is_paged_by_age(supervisor_client, monkeypatch):
    monkeypatch.setattr("activation.queue.PAGE", 2)
    last, oldest, between = (ApplicationFactory() for _position in range(3))
    for application, days in ((oldest, 9), (between, 5), (last, 1)):
        submitted_at = timezone.now() - timedelta(days=days)
        Application.objects.filter(pk=application.pk).update(submitted_at=submitted_at)

    first = supervisor_client.get(QUEUE)
    assert first.context["page"].applications == [oldest, between]
    second = supervisor_client.get(QUEUE, {"after": first.context["page"].next_key})
    assert second.context["page"].applications == [last]
    assert supervisor_client.get(QUEUE, {"after": "rubbish"}).status_code == 200


@pytest.mark.parametrize("spelling", ["plain", "hyphens", "arabic digits"])
def test_a_reference_number_leads_straight_to_its_application(supervisor_client, application, spelling):
    typed = {
        "plain": application.reference,
        "hyphens": application.shown_reference,
        "arabic digits": application.reference.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    }[spelling]
    assertRedirects(supervisor_client.post(QUEUE, {"q": typed}), page("review", application))


def test_a_mistyped_reference_number_is_told_as_such(supervisor_client, application):
    wrong = application.reference[:-1] + str((int(application.reference[-1]) + 1) % 10)
    assertContains(supervisor_client.post(QUEUE, {"q": wrong}, follow=True), "خطأ كتابة")


def test_a_part_of_the_name_finds_it_and_another_office_does_not(
    supervisor_client, makkah_client, application
):
    assertRedirects(supervisor_client.post(QUEUE, {"q": application.name_en}), page("review", application))
    elsewhere = makkah_client.post(QUEUE, {"q": application.name_en}, follow=True)
    assertContains(elsewhere, "فقد يكون الطلب لدى إدارة أخرى")


def test_the_review_page_shows_data_documents_and_history_and_logs_the_look(supervisor_client, application):
    response = supervisor_client.get(page("review", application))

    assertContains(response, application.owner_national_id)
    for document in application.documents.all():
        assertContains(response, page("read", application, document.pk))
    look = Look.objects.get()
    assert (look.action, look.subject) == ("review", f"registration.application:{application.pk}")


def test_the_history_says_what_happened_and_by_whom_and_why_the_latest_first(
    supervisor_client, supervisor, application
):
    colleague = OfficerFactory(full_name="زميل مخترع")
    decisions.claim(application, by=colleague)
    decisions.release(application, by=colleague)
    decisions.claim(application, by=supervisor)
    decisions.return_to_owner(application, by=supervisor, reason="الخطاب ناقص")

    response = supervisor_client.get(page("review", application))

    history = response.context["history"]
    assert [(entry.by, entry.reason) for entry in history] == [
        (supervisor.full_name, "الخطاب ناقص"),
        (supervisor.full_name, ""),
        (colleague.full_name, ""),
        (colleague.full_name, ""),
        ("", ""),
    ]
    assert [entry.at for entry in history] == sorted((entry.at for entry in history), reverse=True)
    assertContains(response, "الخطاب ناقص")
    assertContains(response, colleague.full_name)


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
    assert not [check for check in review.checks.all() if check.open_points]


@pytest.mark.parametrize(("name", "status"), [("return", "returned"), ("reject", "rejected")])
def test_sending_it_back_tells_the_owner_why(supervisor_client, supervisor, application, name, status):
    decisions.claim(application, by=supervisor)
    words = "صورة الترخيص غير واضحة."

    flag = {"return-flag_name_ar": "on", "return-words_name_ar": "كما في الترخيص"}
    typed = {f"{name}-reason": words, "reject-code": "licence_not_valid"}

    response = supervisor_client.post(page(name, application), typed | flag)

    assertRedirects(response, page("review", application))
    application.refresh_from_db()
    assert application.status == status
    event = application.events.last()
    assert (event.new, event.reason, event.by) == (status, words, supervisor)
    assert TextMessage.objects.filter(kind=f"application_{status}").get().to == application.owner_mobile


@pytest.mark.parametrize(
    ("code", "words"),
    [("", "اختر سبب الرفض."), ("other", "اذكر السبب بعبارة يقرؤها صاحب المنشأة.")],
)
def test_rejecting_needs_a_code_and_another_reason_needs_words(
    supervisor_client, supervisor, application, code, words
):
    decisions.claim(application, by=supervisor)

    response = supervisor_client.post(
        page("reject", application), {"reject-code": code, "reject-reason": " "}
    )

    assertContains(response, words, status_code=422)
    application.refresh_from_db()
    assert application.status == "under_review"


def test_a_rejection_keeps_its_code_and_speaks_the_owners_language(supervisor_client, supervisor):
    application = ApplicationFactory(language="en")
    decisions.claim(application, by=supervisor)

    supervisor_client.post(page("reject", application), {"reject-code": "not_the_owner"})

    review = application.reviews.get()
    assert review.rejection.code == "not_the_owner"
    assert review.reason == "The applicant is neither the owner nor holds a mandate."


@pytest.mark.parametrize(
    ("language", "words", "reason"),
    [
        (
            "ar",
            "الخطاب بلا توقيع أو ختم. أضف الخطاب الموقع والمختوم.",
            "صحّح ما هو مؤشر عليه، ثم أرسل الطلب مجددًا.",
        ),
        (
            "en",
            "The letter has no signature or stamp. Add the signed and stamped one.",
            "Please put right what is marked, and send the application again.",
        ),
    ],
)
def test_a_template_speaks_the_owners_language_and_typed_words_win(
    supervisor_client, supervisor, language, words, reason
):
    application = ApplicationFactory(language=language)
    decisions.claim(application, by=supervisor)
    form = {
        "return-template_letter": "letter_unsigned",
        "return-template_licence": "illegible",
        "return-words_licence": "Page two is missing.",
    }

    supervisor_client.post(page("return", application), form)

    assert dict(application.flags.values_list("name", "words")) == {
        "letter": words,
        "licence": "Page two is missing.",
    }
    assert application.events.last().reason == reason


def test_only_templates_about_the_field_are_offered(supervisor_client, supervisor, application):
    decisions.claim(application, by=supervisor)
    form = {"return-template_city": "letter_unsigned"}

    assert supervisor_client.post(page("return", application), form).status_code == 422


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


def test_every_field_and_every_document_can_be_flagged_by_template_or_in_typed_words(
    supervisor_client, supervisor, application
):
    decisions.claim(application, by=supervisor)
    names = [*TYPED, *application.documents.current().values_list("kind_id", flat=True)]
    form = supervisor_client.get(page("review", application)).context["return_form"]
    assert [box.name for box, _template, _words in form.rows()] == [f"flag_{name}" for name in names]
    typed = {}
    for position, name in enumerate(names):
        codes = [code for code, _words in form.fields[f"template_{name}"].choices if code]
        assert codes, name
        if position % 2:
            typed[f"return-template_{name}"] = codes[0]
        else:
            typed[f"return-words_{name}"] = f"صحح {name}"

    assertRedirects(supervisor_client.post(page("return", application), typed), page("review", application))

    flags = {flag.name: flag for flag in application.flags.all()}
    assert set(flags) == set(names)
    for position, name in enumerate(names):
        flag = flags[name]
        assert (flag.words == f"صحح {name}", bool(flag.code)) == (not position % 2, bool(position % 2))


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


def test_the_checklist_has_the_documents_in_the_order_in_which_they_are_looked_at(
    supervisor_client, supervisor, application
):
    decisions.claim(application, by=supervisor)
    decisions.return_to_owner(application, by=supervisor, reason="ناقص", flags={"licence": "غير واضح"})
    make_document(application, "licence", color="blue")
    corrections.send_corrections(application, typed={})
    decisions.claim(application, by=supervisor)

    context = supervisor_client.get(page("review", application)).context

    looked_at = context["documents"]
    assert [document.kind_id for document in looked_at] == ["licence", "letter", "owner_id"]
    assert [document for document, _boxes, _day in context["checklist"].rows()] == looked_at


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


def test_differences_from_the_register_stand_beside_the_field(supervisor_client):
    licence = LicenceFactory(owner_name="مالك في السجل")
    application = ApplicationFactory(
        sector=licence.sector, licence_number=licence.number, owner_name="مالك في الطلب"
    )

    response = supervisor_client.get(page("review", application))

    field = next(field for field in response.context["fields"] if field.name == "owner_name")
    assert (field.shown, field.registered) == ("مالك في الطلب", "مالك في السجل")
    assertContains(response, "مالك في السجل")


def test_other_applications_and_open_cases_stand_below(supervisor_client, supervisor):
    licence = LicenceFactory(issued_on=calendar.today() - timedelta(days=60))
    escalate(calendar.today())
    typed = {"sector": licence.sector, "licence_number": licence.number}
    first = ApplicationFactory(**typed)
    decisions.reject(claimed(first, supervisor), by=supervisor, reason="السبب")
    second = ApplicationFactory(**typed)
    of_the_owner = ApplicationFactory(owner_national_id=second.owner_national_id)
    elsewhere = ApplicationFactory(owner_national_id=second.owner_national_id, city=city("jeddah"))

    response = supervisor_client.get(page("review", second))

    assert response.context["earlier"] == [of_the_owner, first]
    assert [case.licence for case in response.context["cases"]] == [licence]
    assertContains(response, first.shown_reference)
    assertContains(response, of_the_owner.shown_reference)
    assertNotContains(response, elsewhere.shown_reference)


def test_open_cases_of_the_owners_other_licences_stand_there_too(supervisor_client):
    other = LicenceFactory(issued_on=calendar.today() - timedelta(days=60))
    LicenceFactory(issued_on=calendar.today() - timedelta(days=60))
    escalate(calendar.today())
    application = ApplicationFactory(owner_national_id=other.owner_national_id)

    response = supervisor_client.get(page("review", application))

    assert [case.licence for case in response.context["cases"]] == [other]
    assertContains(response, other.number)


def test_the_review_page_takes_as_many_queries_with_a_long_history_and_at_most_25(supervisor):
    head = OfficerFactory(role="head")
    client = sign_in(head)
    application = ApplicationFactory()

    def correct(name):
        decisions.claim(application, by=head)
        flags = {"name_ar": "كما في الترخيص", "letter": "غير واضح", "city": "مدينة أخرى"}
        decisions.return_to_owner(application, by=head, reason="ناقص", flags=flags)
        make_document(application, "letter", color=name)
        corrections.send_corrections(application, typed={"name_ar": f"اسم {name}"})
        ApplicationFactory(owner_national_id=application.owner_national_id)

    correct("blue")
    decisions.claim(application, by=head)
    client.get(page("review", application))
    with CaptureQueriesContext(connection) as one:
        client.get(page("review", application))
    decisions.release(application, by=head)
    correct("red")
    correct("green")
    decisions.claim(application, by=head)
    with CaptureQueriesContext(connection) as three:
        client.get(page("review", application))
    assert len(one) == len(three) <= 25


def in_state(application, state, officer):
    """The application, as an officer has left it."""
    if state != "submitted":
        claimed(application, officer)
    if state == "proposed":
        decisions.propose(application, by=officer)
    if state == "returned":
        decisions.return_to_owner(application, by=officer, reason="ناقص", flags={"letter": "غير واضح"})
    if state == "rejected":
        decisions.reject(application, by=officer, reason="السبب")
    if state in ("activated", "failed text"):
        decisions.activate(application, by=officer)
    if state == "failed text":
        TextMessage.objects.filter(kind="credentials").update(status="failed", error="21614")
    return application


@pytest.mark.parametrize("role", ["supervisor", "head"])
@pytest.mark.parametrize(
    "state",
    ["submitted", "under review", "proposed", "returned", "rejected", "activated", "failed text"],
)
def test_the_page_takes_as_many_queries_in_every_state_whatever_else_there_is_and_at_most_25(
    supervisor, state, role
):
    client = sign_in(OfficerFactory(role=role))
    application = in_state(ApplicationFactory(), state, supervisor)

    def counted():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page("review", application)).status_code == 200
        return len(queries)

    counted()
    one = counted()
    for _position in range(3):
        other = ApplicationFactory(owner_national_id=application.owner_national_id)
        in_state(other, state, supervisor)
        queue_sms(kind="application_received", to=application.owner_mobile, about=application)
    assert counted() == one <= 25


def test_the_licences_last_day_stands_in_the_checklist_and_the_ids_is_typed(
    supervisor_client, supervisor, application
):
    decisions.claim(application, by=supervisor)
    licence, owner_id = (application.documents.get(kind=kind) for kind in ("licence", "owner_id"))
    form = supervisor_client.get(page("review", application)).context["checklist"]
    assert form[f"valid_until_{licence.pk}"].value() == application.licence_expires_on.isoformat()

    ticks = everything_ticked(application) | {f"valid_until_{owner_id.pk}": "١٤٥٥/٠١/٠١"}
    supervisor_client.post(page("check", application), ticks)
    assert application.reviews.get().checks.get(document=owner_id).valid_until == calendar.from_hijri(
        1455, 1, 1
    )


def test_a_broken_day_is_told_beside_it_and_what_was_ticked_is_kept(
    supervisor_client, supervisor, application
):
    decisions.claim(application, by=supervisor)
    owner_id = application.documents.get(kind="owner_id")
    ticks = everything_ticked(application) | {f"valid_until_{owner_id.pk}": "2034-13-01"}

    response = supervisor_client.post(page("activate", application), ticks)

    assert response.status_code == 422
    form = response.context["checklist"]
    assert list(form.errors) == [f"valid_until_{owner_id.pk}"]
    assert form["person_checked"].value()
    application.refresh_from_db()
    assert application.status == "under_review"


def test_an_expired_document_is_refused_with_its_name(supervisor_client, supervisor, application):
    decisions.claim(application, by=supervisor)
    owner_id = application.documents.get(kind="owner_id")
    ticks = everything_ticked(application) | {f"valid_until_{owner_id.pk}": "2020-01-01"}

    response = supervisor_client.post(page("activate", application), ticks, follow=True)

    assertContains(response, f"انتهت صلاحية {owner_id}")
    application.refresh_from_db()
    assert application.status == "under_review"


def test_a_document_is_valid_on_its_last_day(supervisor, application):
    review = claimed(application, supervisor).reviews.get()
    review.checks.filter(document__kind="owner_id").update(valid_until=calendar.today())
    assert decisions.activate(application, by=supervisor).pk


def test_an_id_without_a_day_is_not_complete(supervisor, application):
    claimed(application, supervisor).reviews.get().checks.update(valid_until=None)
    with pytest.raises(MoveRefused):
        decisions.activate(application, by=supervisor)


def test_what_became_of_it_and_what_comes_next_is_said(supervisor_client, supervisor):
    returned, rejected, activated = (claimed(ApplicationFactory(), supervisor) for _each in range(3))
    said = (
        (
            "return",
            returned,
            {"return-flag_name_ar": "on", "return-words_name_ar": "صحّح"},
            "عاد الطلب إلى القائمة",
        ),
        ("reject", rejected, {"reject-code": "not_the_owner"}, "وله أن يقدّم طلبًا جديدًا"),
        ("activate", activated, {}, "اطبع إفادة الارتباط"),
    )
    for name, application, posted, words in said:
        assertContains(supervisor_client.post(page(name, application), posted, follow=True), words)
