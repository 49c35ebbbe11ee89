"""The demo's tickets: each made, answered and closed through the same functions as real ones."""

from typing import Any

from django.utils import timezone

from registration.models import Application, Establishment
from shumoos.accounts.models import User
from support import handling
from support.models import PageAnswer
from support.tickets import open_ticket

ANSWERS = [
    ("front", True, "found", ""),
    ("registration:register", True, "clear", ""),
    ("registration:status", False, "missing", "أين أجد الرقم المرجعي إذا فقدته؟"),
]


def seed(establishment: Establishment, agent: User, waiting: Application) -> None:
    """Make tickets in every state: one late, one waiting, one answered, one closed and rated, one by code."""
    owner = establishment.owner.user
    assert owner is not None  # noqa: S101
    about: dict[str, Any] = {"by": owner, "establishment": establishment, "tells": False}
    late = open_ticket(
        **about,
        category="guests",
        subject="تأخر ظهور حالة الإحالة",
        text="أرسلنا سجلات الأمس ولم تظهر حالة الإحالة إلى المركز.",
    )
    late.due_at = late.escalate_at = timezone.now()
    late.save(update_fields=["due_at", "escalate_at"])
    open_ticket(
        **about,
        category="receipts",
        subject="طباعة الإيصال اليومي",
        text="لا تظهر الأرقام كاملة عند طباعة الإيصال من الجوال.",
    )
    seed_answered(owner, agent, about)
    open_ticket(
        by=None,
        application=waiting,
        category="documents",
        subject="الوثائق عند المراجعة",
        text="هل يكفي أن يحضر الوكيل بدلاً مني؟",
        tells=False,
    )
    for page, is_useful, reason, words in ANSWERS:
        PageAnswer.objects.create(page=page, is_useful=is_useful, reason=reason, words=words)


def seed_answered(owner: User, agent: User, about: dict[str, Any]) -> None:
    """Make one that is answered, and one that is closed and rated."""
    answered = open_ticket(
        **about, category="files", subject="ملف من برنامج الفندق", text="هل يُقبل ملف CSV بترميز قديم؟"
    )
    handling.answer(
        answered, by=agent, text="نعم، يُقبل ترميز Windows-1256. جرّبوا الفحص قبل الإرسال.", by_text=False
    )
    closed = open_ticket(
        **about, category="sign_in", subject="نسيان كلمة المرور", text="نسي موظف الاستقبال كلمة المرور."
    )
    handling.note(closed, by=agent, text="تأكدت من آخر أربعة أرقام من الجوال.")
    handling.answer(
        closed, by=agent, text="أُرسل الرمز إلى جواله واختار كلمة مرور جديدة.", by_text=False, closes=True
    )
    handling.rate(closed, by=owner, stars=5, words="سريع وواضح")
