"""Words of Django's password rules whose Arabic has the wrong plural; the portal's catalogue goes before."""

from django.utils.translation import ngettext_lazy

CORRECTED = [
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
    ngettext_lazy(
        "This password is too short. It must contain at least %(min_length)d character.",
        "This password is too short. It must contain at least %(min_length)d characters.",
        "min_length",
    ),
]
