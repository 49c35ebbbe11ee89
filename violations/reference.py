"""The first schedules, which ship with the portal: the periods and amounts of the regulation."""

from datetime import date
from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import transaction

VALID_FROM = date(2020, 1, 1)

# Stage, days to comply, cap in SAR, basis; in their order.
SCHEDULES: dict[str, tuple[dict[str, Any], list[tuple[str, int | None, int, str]]]] = {
    "not_subscribed": (
        {"warns_by_sweep": True},
        [
            ("warned", 30, 0, "none"),
            ("fined_first", 30, 10_000, "add"),
            ("fined_raised", 30, 25_000, "raise_to"),
            ("suspended", None, 0, "none"),
        ],
    ),
    "inaccurate_data": (
        {"window_months": 6},
        [
            ("warned", None, 0, "none"),
            ("fined_first", None, 5_000, "add"),
            # Each occurrence is fined for itself, so that the third adds its own fine to that of the second.
            ("fined_raised", None, 25_000, "add"),
        ],
    ),
}


# What the letter of each step says, by kind of case and stage: paragraphs, between empty lines.
OBJECT_AR = "وللمنشأة أن تتظلم من ذلك عبر نظام شموس أو لدى الإدارة."
OBJECT_EN = "The establishment may object to this through Shumoos or at the office."
UNSUBSCRIBED_AR = (
    "تبيَّن أن المنشأة الموضحة بياناتها أدناه مرخصة وليس لها اشتراك مفعَّل في نظام شموس، والاشتراك فيه إلزامي."
)
UNSUBSCRIBED_EN = (
    "The establishment below holds a licence and has no active subscription to Shumoos, which is compulsory."
)
INACCURATE_AR = (
    "تبيَّن عدم دقة البيانات التي أرسلتها المنشأة الموضحة بياناتها أدناه إلى نظام شموس أو عدم اكتمالها."
)
INACCURATE_EN = (
    "The data that the establishment below has submitted to Shumoos was found inaccurate or incomplete."
)
FINED_AR = "وعليه فُرضت على المنشأة الغرامة المبينة أدناه، ولا يعفي سدادها من تصحيح الوضع."
FINED_EN = (
    "The fine below has therefore been imposed on the establishment. Paying it does not replace putting "
    "things right."
)
NOTICES: dict[tuple[str, str], tuple[list[str], list[str]]] = {
    ("not_subscribed", "warned"): (
        [
            UNSUBSCRIBED_AR,
            "وعليه نُنذركم بوجوب الاشتراك في النظام، فإن لم تشترك المنشأة في المدة المحددة فُرضت عليها الغرامة "
            "المقررة.",
            OBJECT_AR,
        ],
        [
            UNSUBSCRIBED_EN,
            "You are hereby warned to subscribe. If the establishment has not subscribed in time, the fine "
            "laid down for it will follow.",
            OBJECT_EN,
        ],
    ),
    ("not_subscribed", "fined_first"): (
        [UNSUBSCRIBED_AR, FINED_AR, OBJECT_AR],
        [UNSUBSCRIBED_EN, FINED_EN, OBJECT_EN],
    ),
    ("not_subscribed", "fined_raised"): (
        [UNSUBSCRIBED_AR, FINED_AR, OBJECT_AR],
        [UNSUBSCRIBED_EN, FINED_EN, OBJECT_EN],
    ),
    # To the licensing authority.
    ("not_subscribed", "suspended"): (
        [
            "نفيدكم بأن المنشأة الموضحة بياناتها أدناه لم تشترك في نظام شموس رغم إنذارها وتغريمها "
            "وانقضاء المدد "
            "المحددة.",
            "وعليه تقرر إيقاف نشاطها حتى تشترك في النظام، ونأمل اتخاذ ما يلزم لتنفيذ ذلك وإفادتنا.",
        ],
        [
            "The establishment below has not subscribed to Shumoos although it was warned and fined and the "
            "terms have passed.",
            "Its activity is therefore suspended until it subscribes. Please do what is needed to carry this "
            "out, and let us know.",
        ],
    ),
    ("inaccurate_data", "warned"): (
        [
            INACCURATE_AR,
            "وعليه نُنذركم بوجوب تحرّي الدقة والاكتمال فيما ترسلونه، فإن تكرر ذلك فُرضت على المنشأة الغرامة "
            "المقررة.",
            OBJECT_AR,
        ],
        [
            INACCURATE_EN,
            "You are hereby warned to submit accurate and complete data. If it happens again, the fine laid "
            "down for it will follow.",
            OBJECT_EN,
        ],
    ),
    ("inaccurate_data", "fined_first"): (
        [INACCURATE_AR, FINED_AR, OBJECT_AR],
        [INACCURATE_EN, FINED_EN, OBJECT_EN],
    ),
    ("inaccurate_data", "fined_raised"): (
        [INACCURATE_AR, FINED_AR, OBJECT_AR],
        [INACCURATE_EN, FINED_EN, OBJECT_EN],
    ),
}


def wording(kind: str, stage: str) -> dict[str, str]:
    """Return what the letter of a step says, as the columns of a `Step`; empty for no such step."""
    arabic, english = NOTICES.get((kind, stage), ([], []))
    return {"notice_ar": "\n\n".join(arabic), "notice_en": "\n\n".join(english)}


@transaction.atomic
def create_first_schedules(apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Create the schedule of every kind that has none yet.

    What is there is left alone, because administrators may have added others. Runs after every migration;
    `apps` are the models as migrated, in which these may be missing.
    """
    try:
        schedules = apps.get_model("violations", "Schedule")._default_manager
        steps = apps.get_model("violations", "Step")._default_manager
    except LookupError:
        return
    for kind, (settings, rows) in SCHEDULES.items():
        if schedules.filter(kind=kind).exists():
            continue
        schedule = schedules.create(kind=kind, valid_from=VALID_FROM, **settings)
        for position, (stage, days, cap, basis) in enumerate(rows, start=1):
            steps.create(
                schedule=schedule,
                position=position,
                stage=stage,
                days=days,
                cap=cap,
                basis=basis,
                **wording(kind, stage),
            )
