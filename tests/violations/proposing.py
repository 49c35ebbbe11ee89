"""Records that the information centre has refused."""

from django.utils import timezone

from guests.models import Batch, GuestRecord, Submission, TransferStatus


def refused_record(establishment, reason="unknown person"):
    """A record that the centre has refused and that nobody has corrected."""
    submission = Submission.objects.create(
        receipt="2600000000000038",
        establishment=establishment,
        kind="lodging",
        door="form",
        accepted=1,
        sha256="0" * 64,
    )
    return GuestRecord.objects.create(
        establishment=establishment,
        submission=submission,
        kind="lodging",
        client_reference="G-1",
        content={},
        full_name="نزيل مخترع",
        id_number="1000000008",
        occurred_at=timezone.now(),
        state=TransferStatus.REFUSED,
        batch=Batch.objects.create(),
        refusal=reason,
        acknowledged_at=timezone.now(),
        to_correct=True,
    )
