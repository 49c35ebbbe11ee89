"""Activation: what follows from it, what it refuses, and that it happens whole or not at all."""

from datetime import timedelta

import pytest
from django.db import connection
from pytest_django.asserts import assertContains, assertRedirects

from activation import decisions, subscribing
from activation.models import Review, Subscription
from registration.models import Establishment, Licence, Owner
from registration.moves import MoveRefused
from shumoos.accounts.models import User
from shumoos.letters.copies import issued_pdf
from shumoos.letters.models import Letter
from shumoos.letters.render import printed
from shumoos.saudi import calendar
from shumoos.sms.models import TextMessage
from shumoos.templatetags.days import both_calendars
from tests.activation.reviewing import claimed, everything_ticked, page
from tests.activation.subscribing import renew_in_register, subscribe
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, LicenceFactory, OfficerFactory, UserFactory, office
from tests.letters.test_render import text_of
from violations.escalation import escalate
from violations.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return ApplicationFactory(language="en")


def test_activation_makes_account_subscription_and_letter_and_queues_the_credentials(
    supervisor_client, supervisor, application
):
    decisions.claim(application, by=supervisor)

    response = supervisor_client.post(page("activate", application), everything_ticked(application))

    assertRedirects(response, page("review", application))
    application.refresh_from_db()
    assert application.status == "activated"
    establishment = application.establishment
    assert establishment.owner.national_id == application.owner_national_id
    user = establishment.owner.user
    assert (user.username, user.role, user.language) == (establishment.number, "owner", "en")
    assert not user.has_usable_password()
    subscription = establishment.subscriptions.get()
    assert subscription.period.lower == calendar.today()
    assert subscription.ends_on == application.licence.expires_on
    assert subscription.activated_by == supervisor
    letter = subscription.statement
    assert (letter.kind, letter.series, letter.status) == ("statement", "RUH", "valid")
    text = TextMessage.objects.get(kind="credentials")
    assert (text.to, text.language, text.about) == (application.owner_mobile, "en", subscription)
    assert [(event.old, event.new, event.by) for event in application.events.all()] == [
        ("draft", "submitted", None),
        ("submitted", "under_review", supervisor),
        ("under_review", "activated", supervisor),
    ]


def test_activating_again_changes_nothing(supervisor, application):
    claimed(application, supervisor)
    first = decisions.activate(application, by=supervisor)
    second = decisions.activate(application, by=supervisor)

    assert first == second
    assert Subscription.objects.count() == Letter.objects.count() == 1
    assert TextMessage.objects.filter(kind="credentials").count() == 1


def test_activation_closes_the_case_as_complied(supervisor):
    licence = LicenceFactory(issued_on=calendar.today() - timedelta(days=60))
    escalate(calendar.today() - timedelta(days=31))
    escalate(calendar.today())
    application = ApplicationFactory(sector=licence.sector, licence_number=licence.number)

    decisions.activate(claimed(application, supervisor), by=supervisor)

    case = Case.objects.get(licence=licence)
    assert (case.stage, case.closed_on) == ("complied", calendar.today())
    assert sum(entry.amount for entry in case.entries.all()) == 10_000


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("person_checked", "الحاضر"),
        ("original_seen", "{} (شوهد الأصل)"),
        ("matches", "{} (مطابقة للأصل)"),
        ("legible", "{} (واضحة)"),
        ("valid_until", "{} (سارية حتى)"),
    ],
)
def test_an_incomplete_checklist_keeps_activation_closed_and_says_what_is_open(
    supervisor_client, supervisor, application, missing, words
):
    decisions.claim(application, by=supervisor)
    ticks = everything_ticked(application)
    name = next(name for name in ticks if name.startswith(missing))
    ticks[name] = ""

    response = supervisor_client.post(page("activate", application), ticks, follow=True)

    document = application.documents.filter(pk=name.rpartition("_")[2] if "{}" in words else None).first()
    assertContains(response, f"أكمل قائمة التحقق قبل التفعيل. بقي: {words.format(document)}.")
    application.refresh_from_db()
    assert application.status == "under_review"
    assert not Subscription.objects.exists()
    # What was ticked is kept.
    assert application.reviews.get().checks.filter(legible=True).count() >= 2


@pytest.mark.parametrize("move", ["activate", "propose"])
def test_a_licence_that_ends_on_another_day_than_was_typed_is_not_activated(supervisor, application, move):
    review = claimed(application, supervisor).reviews.get()
    seen = application.licence_expires_on - timedelta(days=365)
    review.checks.filter(document__kind="licence").update(valid_until=seen)

    with pytest.raises(MoveRefused) as refusal:
        getattr(decisions, move)(application, by=supervisor)

    assert both_calendars(seen) in str(refusal.value)
    assert both_calendars(application.licence_expires_on) in str(refusal.value)
    assert not Subscription.objects.exists()


def test_where_the_register_has_the_licence_an_older_paper_will_do(supervisor):
    subscription = subscribe(days_left=300)
    licence = subscription.licence
    renew_in_register(subscription)
    application = ApplicationFactory(**subscription.application.typed)
    review = claimed(application, supervisor).reviews.get()
    review.checks.filter(document__kind="licence").update(valid_until=subscription.ends_on)

    renewal = decisions.activate(application, by=supervisor)

    licence.refresh_from_db()
    assert renewal.ends_on == licence.expires_on > subscription.ends_on


@pytest.mark.parametrize("form", [{}, {"checklist": "1"}, {"checklist": "1", "person_checked": "on"}])
def test_what_is_posted_past_the_checklist_activates_nothing(
    supervisor_client, supervisor, application, form
):
    decisions.claim(application, by=supervisor)

    response = supervisor_client.post(page("activate", application), form, follow=True)

    first = application.documents.current().order_by("pk").first()
    assertContains(
        response, f"أكمل قائمة التحقق قبل التفعيل. بقي: {first} (شوهد الأصل · مطابقة للأصل · واضحة"
    )
    application.refresh_from_db()
    assert application.status == "under_review"
    assert not Subscription.objects.exists()


def test_an_expired_licence_is_not_activated(supervisor):
    application = ApplicationFactory()
    claimed(application, supervisor)
    Licence.objects.filter(pk=application.licence_id).update(expires_on=calendar.today() - timedelta(days=1))

    with pytest.raises(MoveRefused, match="انتهى الترخيص"):
        decisions.activate(application, by=supervisor)
    assert not Subscription.objects.exists()


def test_what_nobody_has_taken_up_is_not_activated(supervisor, application):
    with pytest.raises(MoveRefused):
        decisions.activate(application, by=supervisor)


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ("activate", {}),
        ("propose", {}),
        ("return_to_owner", {"reason": "ناقص"}),
        ("reject", {"reason": "السبب"}),
        ("release", {}),
        ("tick", {"person_checked": False, "checks": {}}),
    ],
)
def test_only_who_took_it_up_decides(supervisor, application, decision, said):
    claimed(application, supervisor)
    with pytest.raises(MoveRefused, match=supervisor.full_name):
        getattr(decisions, decision)(application, by=OfficerFactory(), **said)
    application.refresh_from_db()
    review = application.reviews.get()
    assert (application.status, review.decision, review.person_checked) == ("under_review", "", True)


def test_a_second_establishment_joins_the_account_there_is(supervisor, application):
    decisions.activate(claimed(application, supervisor), by=supervisor)
    second = ApplicationFactory(owner_national_id=application.owner_national_id)

    decisions.activate(claimed(second, supervisor), by=supervisor)

    owner = Owner.objects.get(national_id=application.owner_national_id)
    assert owner.establishments.count() == 2
    assert User.objects.filter(role="owner").count() == 1
    assert TextMessage.objects.filter(kind="credentials").count() == 1
    assert TextMessage.objects.get(kind="subscription_activated").to == owner.mobile


def fail(*args, **kwargs):
    raise RuntimeError("the process was killed here")


@pytest.mark.parametrize(
    "step",
    [
        "subscribing.owner_of",
        "subscribing.establishment_of",
        "subscribing.give_account",
        "decisions.move_application",
        "decisions.close",
        "statements.issue",
        "life.record",
        "subscribing.comply",
        "subscribing.queue_sms",
    ],
)
def test_activation_happens_whole_or_not_at_all(supervisor, application, monkeypatch, step):
    claimed(application, supervisor)
    texts = TextMessage.objects.count()
    monkeypatch.setattr(f"activation.{step}", fail)

    with pytest.raises(RuntimeError):
        decisions.activate(application, by=supervisor)

    application.refresh_from_db()
    assert (application.status, application.establishment) == ("under_review", None)
    for model in (Subscription, Letter, Establishment, Owner):
        assert not model.objects.exists()
    assert not User.objects.filter(role="owner").exists()
    assert TextMessage.objects.count() == texts
    assert Review.objects.get().decision == ""


def test_letters_are_numbered_without_gaps_even_where_an_activation_fails(supervisor, monkeypatch):
    first, second = ApplicationFactory(), ApplicationFactory()
    with monkeypatch.context() as patched:
        patched.setattr(subscribing, "queue_sms", fail)
        with pytest.raises(RuntimeError):
            decisions.activate(claimed(first, supervisor), by=supervisor)
    decisions.activate(first, by=supervisor)
    decisions.activate(claimed(second, supervisor), by=supervisor)
    assert list(Letter.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2]


def test_strangers_do_not_find_the_application(
    application, makkah_client, owner_client, auditor_client, client
):
    for name in ("claim", "release", "check", "activate", "return", "reject", "resend"):
        assert makkah_client.post(page(name, application)).status_code == 404
        assert owner_client.post(page(name, application)).status_code == 302  # to the admin's sign-in
        assert auditor_client.post(page(name, application)).status_code == 403
        assert client.post(page(name, application)).status_code == 302
    application.refresh_from_db()
    assert application.status == "submitted"


def test_decisions_are_not_taken_by_get(supervisor_client, application):
    for name in ("claim", "release", "check", "activate", "return", "reject", "resend"):
        assert supervisor_client.get(page(name, application)).status_code == 405


def test_the_statement_letter_is_downloaded_by_the_office_and_nobody_else(
    supervisor_client, supervisor, makkah_client, application
):
    decisions.activate(claimed(application, supervisor), by=supervisor)

    response = supervisor_client.get(page("statement", application))

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].endswith('.pdf"')
    assert response.content.startswith(b"%PDF-")
    assert makkah_client.get(page("statement", application)).status_code == 404


def test_the_statement_says_all_that_the_licensing_authority_asks_for(application):
    supervisor = OfficerFactory(full_name="Salem Mukhtari")
    subscription = decisions.activate(claimed(application, supervisor), by=supervisor)

    letter = subscription.statement
    said = " ".join(text_of(issued_pdf(letter)).split())
    for words in (
        letter.number,
        application.authority.name_en,
        application.name_en,
        application.licence_number,
        application.commercial_registration,
        application.city.name_en,
        application.shown_reference,
        application.office.name_en,
        supervisor.full_name,
        calendar.show_both(calendar.today(), "en"),
        calendar.show_both(subscription.ends_on, "en"),
        letter.shown_code,
    ):
        assert words in said, words
    assert printed(letter)["content"]["office"] == application.office.name_ar


def test_new_credentials_are_sent_until_the_owner_has_chosen_a_password(
    supervisor_client, supervisor, application
):
    decisions.activate(claimed(application, supervisor), by=supervisor)
    supervisor_client.post(page("resend", application))
    assert TextMessage.objects.filter(kind="credentials").count() == 2

    user = User.objects.get(role="owner")
    user.set_password("three-green-lanterns")
    user.save()
    supervisor_client.post(page("resend", application))
    assert TextMessage.objects.filter(kind="credentials").count() == 2


def test_a_head_of_the_same_office_sees_the_review(supervisor, application):
    head = UserFactory(role="head")
    office("RUH").members.add(head)
    assert sign_in(head).get(page("review", application)).status_code == 200


def test_the_database_refuses_overlapping_subscriptions(supervisor, application):
    subscription = decisions.activate(claimed(application, supervisor), by=supervisor)
    other = ApplicationFactory()
    copy = Subscription(
        establishment=subscription.establishment,
        licence=subscription.licence,
        application=other,
        period=subscription.period,
        status="suspended",
        statement=Letter.objects.create(
            kind="statement", series="RUH", year=2026, sequence=99, content={}, licence_number="1"
        ),
        activated_by=supervisor,
    )
    with pytest.raises(Exception, match="subscription_periods_do_not_overlap"), connection.cursor():
        copy.save()
