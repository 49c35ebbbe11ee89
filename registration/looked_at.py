"""Whose the rows of this app are in the access log and the list of texts, and how an auditor names them."""

from django.db.models import Model, Q, QuerySet

from registration.models import Application, Document, Establishment, Licence, Mandate
from shumoos.accounts import subjects
from shumoos.accounts.models import User
from shumoos.letters.models import Letter
from shumoos.saudi import digits
from shumoos.sms import scopes

# What has come to be an establishment is looked for by it, its application and its licence as well.
WAYS: dict[str, tuple[str, ...]] = {
    "registration.application": ("establishment",),
    "registration.document": ("application.establishment", "application"),
    "registration.licence": ("establishment",),
    "registration.agreement": ("establishment", "application"),
    "registration.duty": ("agreement.establishment", "agreement.application"),
    "registration.mandate": ("agreement.establishment", "agreement.application"),
    "registration.owner": ("user",),
    "registration.provideragent": ("user",),
}
# As many as a person may have; whoever has more is looked for by one of them.
MOST = 50


def register() -> None:
    subjects.register(WAYS)
    scopes.register(Application, Application.objects.visible_to)
    scopes.register(Establishment, Establishment.objects.visible_to)
    scopes.register(Mandate, mandates_about)
    scopes.register(Document, documents_of)
    subjects.register_finder(find)


def mandates_about(user: User) -> QuerySet[Mandate]:
    """Return the mandates about an application or an establishment that this person may see."""
    return Mandate.objects.filter(
        Q(agreement__application__in=Application.objects.visible_to(user))
        | Q(agreement__establishment__in=Establishment.objects.visible_to(user))
    )


def documents_of(user: User) -> QuerySet[Document]:
    """Return the documents of the applications that this person may see."""
    return Document.objects.filter(application__in=Application.objects.visible_to(user))


def find(typed: str) -> list[str]:
    """Return what an establishment's, licence's, reference or identity number, or a user name, may mean."""
    number = digits.clean_number(typed)
    by_number = Establishment.objects.filter(
        Q(number=number) | Q(owner__national_id=number) | Q(commercial_registration=number)
    )
    establishments = list(by_number[:MOST])
    applications = Application.objects.filter(
        Q(reference=number) & ~Q(reference="")
        | Q(owner_national_id=number)
        | Q(licence_number=typed.strip())
        | Q(establishment__in=establishments)
    )
    licences = Licence.objects.filter(
        Q(number=typed.strip()) | Q(owner_national_id=number) | Q(establishment__in=establishments)
    )
    found: list[Model] = [*establishments, *applications[:MOST], *licences[:MOST]]
    numbers = {row.number for row in found if isinstance(row, Licence)}
    found += Letter.objects.filter(licence_number__in=numbers)[:MOST]
    found += User.objects.filter(username=digits.to_ascii(typed).strip().lower())
    keys = [subjects.key_of(row) for row in found]
    return list(dict.fromkeys([*keys, *(subjects.whose(row) for row in found)]))
