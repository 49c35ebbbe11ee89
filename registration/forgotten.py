"""An owner who has forgotten user name or password: who they are, and how often one may try."""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from registration import guesses
from registration.following import TooManyWrong
from registration.models import Owner
from shumoos.accounts.codes import CodeRefused, check_code, send_code

# How long the page for the code and the new password stays open.
HOLDS_FOR = timedelta(minutes=15)


@transaction.atomic
def find(username: str, *, national_id: str, address: str | None) -> Owner | None:
    """Return the owner with an open account to whom both belong, or None; which one is wrong is not told.

    `username` may also be the number of any of their establishments. Raises TooManyWrong, without a look-up,
    after five attempts within 15 minutes from the same address or for the same name.
    """
    about = subject_of(username)
    guesses.hold(about, address)
    if wait := guesses.time_to_wait(about, address):
        raise TooManyWrong(wait)
    # Right ones count like wrong ones: otherwise the sixth answer would tell which they were.
    guesses.note_wrong(about, address)
    theirs = Q(user__username=username) | Q(establishments__number=username)
    return (
        Owner.objects.filter(theirs, national_id=national_id, user__is_active=True)
        .select_related("user")
        .distinct()
        .first()
    )


def subject_of(username: str) -> str:
    """Return what attempts are counted by: short enough for a guess, and no name."""
    return hashlib.sha256(f"forgotten:{username}".encode()).hexdigest()[:12]


def send(owner: Owner, *, address: str | None) -> None:
    """Have a code sent to the mobile on record; where too many were, say nothing of it."""
    try:
        send_code(
            purpose=purpose_of(owner),
            mobile=owner.mobile,
            address=address,
            language=owner.user.language if owner.user else "ar",
        )
    except CodeRefused:
        # The page reads the same for whoever is not there at all.
        return


def is_code_right(owner: Owner, typed: str) -> bool:
    """Use up the code last sent, or count a try; what is wrong with it would tell that it was sent."""
    try:
        check_code(purpose=purpose_of(owner), mobile=owner.mobile, typed=typed)
    except CodeRefused:
        return False
    return True


def purpose_of(owner: Owner) -> str:
    return f"forgotten:{owner.pk}"
