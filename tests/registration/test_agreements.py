"""Agreements: the fee, the payment, and the three duties with their evidence."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from registration import agreements
from registration.models import Agreement, Duty
from registration.moves import MoveRefused
from shumoos.accounts.models import Look
from shumoos.saudi.calendar import today
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory, clean_jpeg, jpeg
from tests.races import at_once
from tests.registration.mandating import ProviderFactory, agent_of, asked, granted

pytestmark = pytest.mark.django_db

KINDS = ["registered", "visited", "trained"]


@pytest.fixture
def agreement(agent, establishment):
    return granted(agent, establishment).agreement


def address(name, agreement, *more):
    return reverse(f"registration:{name}", args=[agreement.pk, *more])


def duty_data(kind, **changes):
    data = {"done_on": f"{today()}", "evidence": "محضر تدريب"} | changes
    return {f"{kind}-{name}": value for name, value in data.items()}


def test_the_fee_is_the_companys_usual_one_unless_agreed_otherwise(agent, establishment):
    assert granted(agent, establishment).agreement.fee == Decimal("700.00")
    provider = agent.memberships.get().provider
    provider.fee = Decimal("650.00")
    provider.save()
    assert granted(agent, EstablishmentFactory()).agreement.fee == Decimal("650.00")
    assert asked(agent, EstablishmentFactory(), fee=Decimal("500.50")).agreement.fee == Decimal("500.50")


@pytest.mark.parametrize("kind", KINDS)
def test_a_duty_is_recorded_with_day_words_and_document(agent_client, agent, agreement, kind):
    document = SimpleUploadedFile("proof.jpg", jpeg(), "image/jpeg")

    response = agent_client.post(
        address("agreement_duty", agreement, kind), duty_data(kind, document=document)
    )

    assertRedirects(response, address("agreement", agreement))
    duty = agreement.duties.get()
    assert (duty.kind, duty.done_on, duty.evidence, duty.by) == (kind, today(), "محضر تدريب", agent)
    shown = agent_client.get(address("agreement_evidence", agreement, kind))
    assert (shown["Content-Type"], shown.content[:2]) == ("image/jpeg", b"\xff\xd8")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert Look.objects.get(action="document").subject == f"registration.duty:{duty.pk}"
    assertContains(agent_client.get(address("agreement", agreement)), "محضر تدريب")


def test_a_document_is_not_needed(agent_client, agreement):
    agent_client.post(address("agreement_duty", agreement, "trained"), duty_data("trained"))

    assert agreement.duties.get().file == ""
    assert agent_client.get(address("agreement_evidence", agreement, "trained")).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"done_on": ""},
        {"done_on": f"{today() + timedelta(days=1)}"},
        {"evidence": " "},
        {"document": SimpleUploadedFile("proof.jpg", b"MZ not a picture", "image/jpeg")},
    ],
)
def test_a_wrong_duty_ends_in_a_sentence(agent_client, agreement, changes):
    data = duty_data("visited", **changes)

    response = agent_client.post(address("agreement_duty", agreement, "visited"), data)

    assertContains(response, 'role="alert"', status_code=422)
    assert not Duty.objects.exists()


def test_what_was_begun_beside_a_refused_duty_is_kept(agent_client, agreement):
    begun = {"visited-evidence": "زيارة مع المالك", "payment-receipt_number": "R-17"}

    response = agent_client.post(
        address("agreement_duty", agreement, "trained"), duty_data("trained", done_on="") | begun
    )

    assertContains(response, "زيارة مع المالك", status_code=422)
    assertContains(response, 'value="R-17"', status_code=422)
    forms = {row["kind"]: row["form"] for row in response.context["rows"]}
    assert [kind for kind, form in forms.items() if form.errors] == ["trained"]
    assert not Duty.objects.exists()


def test_what_was_begun_beside_a_recorded_duty_is_kept(agent_client, agreement):
    sent = duty_data("trained") | {"visited-evidence": "زيارة مع المالك"}

    for _again in range(2):
        response = agent_client.post(address("agreement_duty", agreement, "trained"), sent)
        assertContains(response, "زيارة مع المالك")

    assert agreement.duties.get().kind == "trained"


def test_the_receipt_is_called_the_same_before_and_after(agent_client, agreement):
    called = "رقم سند القبض لدى شركتك"
    assertContains(agent_client.get(address("agreement", agreement)), called)
    agreements.record_payment(agreement, paid_on=today(), receipt_number="R-17")
    assertContains(agent_client.get(address("agreement", agreement)), called)


def test_a_duty_is_recorded_once(agent, agreement):
    details = {"done_on": today(), "evidence": "زيارة", "by": agent, "file": clean_jpeg()}
    first = agreements.record_duty(agreement, "visited", **details)

    assert agreements.record_duty(agreement, "visited", **details) == first
    with pytest.raises(MoveRefused):
        agreements.record_duty(agreement, "visited", **details | {"evidence": "زيارة أخرى"})
    assert Duty.objects.get().evidence == "زيارة"


@pytest.mark.django_db(transaction=True)
def test_of_two_records_of_a_duty_at_once_one_stays(agent, agreement):
    def record(words):
        return lambda: agreements.record_duty(
            Agreement.objects.get(), "visited", done_on=today(), evidence=words, by=agent
        )

    outcomes = at_once(record("الأولى"), record("الثانية"))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Duty", "MoveRefused"]


def test_the_payment_is_recorded_once(agent_client, agreement):
    data = {"payment-paid_on": f"{today()}", "payment-receipt_number": "R-17"}

    agent_client.post(address("agreement_payment", agreement), data)
    agent_client.post(address("agreement_payment", agreement), data)
    other = agent_client.post(
        address("agreement_payment", agreement), data | {"payment-receipt_number": "R-18"}
    )

    agreement.refresh_from_db()
    assert (agreement.paid_on, agreement.receipt_number) == (today(), "R-17")
    assert other.status_code == 422


def test_a_payment_is_not_of_tomorrow(agreement):
    with pytest.raises(ValidationError):
        agreements.record_payment(agreement, paid_on=today() + timedelta(days=1), receipt_number="R-1")


def test_nothing_is_recorded_before_the_owner_has_approved(agent, establishment):
    agreement = asked(agent, establishment).agreement

    with pytest.raises(MoveRefused):
        agreements.record_payment(agreement, paid_on=today(), receipt_number="R-1")
    with pytest.raises(MoveRefused):
        agreements.record_duty(agreement, "trained", done_on=today(), evidence="تدريب", by=agent)


def test_strangers_get_nothing(agreement, owner_client, supervisor_client, administrator_client):
    own = address("agreement", agreement)
    payment = address("agreement_payment", agreement)
    assert sign_in(agent_of(ProviderFactory())).get(own).status_code == 404
    assert sign_in(agent_of(ProviderFactory())).post(payment, {}).status_code == 404
    for stranger in (owner_client, supervisor_client, administrator_client):
        assert stranger.get(own).status_code == 403
        assert stranger.post(payment, {}).status_code == 403


def test_wrong_methods_and_kinds_are_refused(agent_client, agreement):
    assert agent_client.get(address("agreement_payment", agreement)).status_code == 405
    assert agent_client.get(address("agreement_duty", agreement, "trained")).status_code == 405
    assert agent_client.post(address("agreement_duty", agreement, "dancing"), {}).status_code == 404


def test_auditors_read_agreements_and_mandates_and_change_nothing(
    auditor_client, administrator_client, supervisor_client, agreement
):
    mandate = agreement.mandates.get()
    for model, row in (("agreement", agreement), ("mandate", mandate)):
        listing = reverse(f"admin:registration_{model}_changelist")
        page = reverse(f"admin:registration_{model}_change", args=[row.pk])
        assert auditor_client.get(listing).status_code == 200
        assertContains(auditor_client.get(page), str(agreement.provider))
        assert auditor_client.post(page, {}).status_code == 403
        assert administrator_client.get(listing).status_code == 403
        assert supervisor_client.get(listing).status_code == 403
    assert mandate.key not in auditor_client.get(page).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"fee": -1}, {"paid_on": "2026-01-01"}, {"receipt_number": "R-1"}], ids=str
)
def test_the_database_refuses_what_must_not_be(agreement, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(**wrong)
