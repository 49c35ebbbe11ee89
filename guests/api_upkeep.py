"""What the API need not keep: yesterday's trials, and answers that nobody will ask for again."""

from django.utils import timezone

from guests.models import KeptAnswer, SandboxSubmission


def empty_sandbox() -> int:
    """Delete what test keys sent before today; return how many submissions it was."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    old = SandboxSubmission.objects.filter(received_at__lt=today)
    count = old.count()
    old.delete()
    return count


def forget_answers() -> int:
    """Delete the answers whose time is over; return how many."""
    deleted, _by_model = KeptAnswer.objects.filter(expires_at__lte=timezone.now()).delete()
    return deleted
