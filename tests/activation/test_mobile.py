"""The owner's mobile put right at the desk, and credentials that have not arrived."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from activation import credentials as owners_credentials
from activation import decisions, life
from registration import mobile
from registration.models import ChangeKind, Licence
from registration.moves import MoveRefused
from shumoos.accounts.models import User
from shumoos.accounts.people import choose_password
from shumoos.sms import bodies, kinds
from shumoos.sms.models import Status, TextMessage
from shumoos.sms.outbox import queue_sms
from shumoos.sms.simulator import TwilioSimulator
from shumoos.sms.tasks import send_due_texts
from tests.activation.reviewing import claimed, page
from tests.codes import another, receive_code
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, OfficerFactory

NEW = "+966559876543"
QUEUE = reverse("admin:activation_queue")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def supervisor():
    return OfficerFactory()


@pytest.fixture
def client(supervisor):
    return sign_in(supervisor)


@pytest.fixture
def application(supervisor):
    return claimed(ApplicationFactory(owner_mobile="+966551111178"), supervisor)


def post(client, application, **typed):
    form = {"mobile-mobile": "٠٥٥ ٩٨٧ ٦٥٤٣", "mobile-reason": "رقم قديم"}
    return client.post(
        page("mobile", application), form | {f"mobile-{name}": text for name, text in typed.items()}
    )


def changed(client, application):
    post(client, application)
    return post(client, application, code=receive_code(NEW))


def fail(text, *, status=Status.FAILED, minutes=31):
    """The text, as the gateway has given it up, or as it was sent and never received."""
    at = timezone.now() - timedelta(minutes=minutes)
    TextMessage.objects.filter(pk=text.pk).update(status=status, sent_at=at, sid="SM1", error="30003")


def failing(client):
    return client.get(QUEUE, {"tab": "failed"}).context["page"].applications


def password_in(text):
    """Let the worker's part of the text happen, and return the password in it."""
    return re.search(r"كلمة المرور (\S+)", bodies.write(text, kinds.get("credentials")))[1]


def credentials():
    return TextMessage.objects.filter(kind="credentials").order_by("-queued_at").first()


def test_the_new_mobile_is_taken_with_the_code_sent_to_it(client, supervisor, application):
    before = application.mobile_verified_at
    response = post(client, application)
    assert response.status_code == 200
    application.refresh_from_db()
    assert application.owner_mobile == "+966551111178"

    assertRedirects(post(client, application, code=receive_code(NEW)), page("review", application))

    application.refresh_from_db()
    assert application.owner_mobile == NEW
    assert application.mobile_verified_at != before
    change = application.changes.get()
    assert (change.kind, change.by, change.reason) == (ChangeKind.MOBILE, supervisor, "رقم قديم")
    assert (change.before[-2:], change.after[-2:]) == ("78", "43")
    assert "5111" not in change.before + change.after
    assertContains(client.get(page("review", application)), "رقم قديم")


def test_a_wrong_code_changes_nothing(client, application):
    post(client, application)
    response = post(client, application, code=another(receive_code(NEW)))
    assert response.status_code == 422
    application.refresh_from_db()
    assert (application.owner_mobile, application.changes.count()) == ("+966551111178", 0)


@pytest.mark.parametrize("typed", [{"mobile": "123"}, {"reason": " "}, {"mobile": "+966551111178"}])
def test_no_code_goes_out_for_what_is_not_a_change_with_a_reason(client, application, typed):
    assert post(client, application, **typed).status_code == 422
    assert not TextMessage.objects.filter(kind="code").exists()


def test_only_who_reviews_it_changes_it(application):
    other = OfficerFactory()
    assert post(sign_in(other), application).status_code == 422
    with pytest.raises(MoveRefused):
        owners_credentials.correct_mobile(application, to=NEW, by=other, reason="السبب")
    assert post(sign_in(OfficerFactory(office="MKK")), application).status_code == 404


UNREACHABLE = "كان الجوال مغلقًا أو خارج التغطية. اطلب من صاحبه تشغيله."
NO_RECEIPT = "أُرسلت، ولم يصل خلال 30 دقيقة ما يؤكد تسليمها."


@pytest.mark.parametrize(
    ("status", "minutes", "why"), [(Status.FAILED, 0, UNREACHABLE), (Status.SENT, 31, NO_RECEIPT)]
)
def test_credentials_that_fail_or_have_no_receipt_come_back_with_the_reason_in_plain_words(
    client, supervisor, application, status, minutes, why
):
    decisions.activate(application, by=supervisor)
    assert failing(client) == []
    fail(credentials(), status=status, minutes=minutes)

    assert failing(client) == [application]
    assert failing(sign_in(OfficerFactory(office="MKK"))) == []
    assertContains(client.get(QUEUE, {"tab": "failed"}), why)
    review = client.get(page("review", application))
    assertContains(review, f"{why} لم تصل بيانات الدخول")
    assertNotContains(review, "30003")


def test_credentials_that_were_sent_just_now_are_waited_for(client, supervisor, application):
    decisions.activate(application, by=supervisor)
    fail(credentials(), status=Status.SENT, minutes=29)
    assert failing(client) == []


def test_a_resend_takes_it_from_the_tab_until_that_fails_too(client, supervisor, application):
    decisions.activate(application, by=supervisor)
    fail(credentials())
    client.post(page("resend", application))
    assert failing(client) == []

    fail(credentials())
    assert failing(client) == [application]


def test_an_owner_who_has_signed_in_all_the_same_needs_nothing(client, supervisor, application):
    decisions.activate(application, by=supervisor)
    fail(credentials())
    choose_password(User.objects.get(role="owner"), "three-green-lanterns")
    assert failing(client) == []
    assertNotContains(client.get(page("review", application)), page("mobile", application))


def test_credentials_of_what_is_closed_need_nobody_any_more(client, supervisor, application):
    subscription = decisions.activate(application, by=supervisor)
    fail(credentials())
    assert failing(client) == [application]

    life.close(subscription.establishment, by=supervisor, reason="أغلقت المنشأة")

    assert failing(client) == []
    assertNotContains(client.get(page("review", application)), UNREACHABLE + " لم تصل")


def test_a_former_owner_gets_no_credentials_of_the_next_ones_account(client, supervisor, application):
    old = decisions.activate(application, by=supervisor)
    bought = {"owner_national_id": "1000000008", "owner_mobile": "+966552222289"}
    Licence.objects.filter(pk=old.licence_id).update(in_register=True, owner_national_id="1000000008")
    new = ApplicationFactory(**application.typed | bought)
    subscription = decisions.activate(claimed(new, supervisor), by=supervisor)
    assert subscription.establishment == old.establishment
    texts = TextMessage.objects.filter(kind="credentials").count()

    assert post(client, application).status_code == 422
    client.post(page("resend", application))

    old.refresh_from_db()
    owner = subscription.establishment.owner
    for refused in (
        lambda: owners_credentials.resend(old, by=supervisor),
        lambda: owners_credentials.correct_mobile(application, to=NEW, by=supervisor, reason="السبب"),
    ):
        with pytest.raises(MoveRefused):
            refused()
    owner.refresh_from_db()
    assert owner.mobile == "+966552222289"
    assert TextMessage.objects.filter(kind="credentials").count() == texts
    assertNotContains(client.get(page("review", application)), page("mobile", application))
    assertContains(client.get(page("review", new)), page("mobile", new))


def test_the_right_mobile_gets_new_credentials_and_the_old_password_stops_at_once(
    client, supervisor, application
):
    decisions.activate(application, by=supervisor)
    old = password_in(credentials())
    user = User.objects.get(role="owner")
    assert user.check_password(old)
    fail(credentials())

    response = changed(client, application)

    page_after = client.get(response["Location"])
    assertContains(page_after, "غُيّر الجوال، وبيانات دخول جديدة في طريقها إليه.")
    user.refresh_from_db()
    assert not user.check_password(old)
    assert (user.mobile, user.owner.mobile, credentials().to) == (NEW, NEW, NEW)
    assert credentials().status == Status.QUEUED
    assert failing(client) == []


def test_credentials_that_still_waited_for_the_old_mobile_never_go_there(
    client, supervisor, application, settings
):
    subscription = decisions.activate(application, by=supervisor)
    second = ApplicationFactory(owner_national_id=application.owner_national_id)
    of_second = decisions.activate(claimed(second, supervisor), by=supervisor)
    # Put off for a while, for whichever of the owner's establishments.
    queue_sms(kind="credentials", to=application.owner_mobile, about=of_second)
    credentials_texts = TextMessage.objects.filter(kind="credentials")
    credentials_texts.update(error="timeout", attempts=1, next_try_at=timezone.now() + timedelta(hours=1))

    changed(client, application)

    TextMessage.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    with TwilioSimulator() as twilio:
        settings.TWILIO_API_BASE = twilio.url
        send_due_texts()
    [sent] = [text for text in twilio.messages if "كلمة المرور" in text.body]
    assert sent.to == NEW
    [password] = re.findall(r"كلمة المرور (\S+)", sent.body)
    assert User.objects.get(role="owner").check_password(password)
    waiting = credentials_texts.filter(about_id__in=[subscription.pk, of_second.pk], to="+966551111178")
    assert set(waiting.values_list("status", flat=True)) == {"cancelled"}


def test_pressed_twice_one_text_goes_out(client, supervisor, application, settings):
    decisions.activate(application, by=supervisor)
    for _time in range(2):
        client.post(page("resend", application))

    statuses = TextMessage.objects.filter(kind="credentials").values_list("status", flat=True)
    assert sorted(statuses) == ["cancelled", "cancelled", "queued"]


def test_a_resend_alone_ends_the_old_password_too(client, supervisor, application):
    subscription = decisions.activate(application, by=supervisor)
    old = password_in(credentials())
    owners_credentials.resend(subscription, by=supervisor)
    assert not User.objects.get(role="owner").check_password(old)


def test_a_mobile_of_somebody_who_has_signed_in_is_theirs_to_change(client, supervisor, application):
    decisions.activate(application, by=supervisor)
    choose_password(User.objects.get(role="owner"), "three-green-lanterns")
    assert post(client, application).status_code == 422
    with pytest.raises(MoveRefused):
        mobile.change(application, to=NEW, by=supervisor, reason="السبب")


def test_changing_it_again_to_the_same_changes_nothing(supervisor, application):
    for _time in range(2):
        mobile.change(application, to=NEW, by=supervisor, reason="السبب")
    assert application.changes.count() == 1
