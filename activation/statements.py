"""The statement letter that comes with every period of a subscription."""

from datetime import date

from registration.models import Application, Establishment, Licence, Office
from shumoos.accounts.models import User
from shumoos.letters.issue import issue
from shumoos.letters.models import Kind, Letter


def issue_statement(
    application: Application,
    establishment: Establishment,
    licence: Licence,
    *,
    by: User,
    since: date,
    presented: str = "",
) -> Letter:
    """Issue the statement letter that the owner takes to the licensing authority, for a period from `since`.

    `presented` says who presented the documents, where it was not the owner. A renewal's letter refers to the
    application that was activated last.
    """
    office = Office.objects.get(applications=application)
    return issue(
        kind=Kind.STATEMENT,
        series=office.code,
        establishment=establishment.name_ar,
        licence_number=licence.number,
        content={
            "establishment": establishment.name_ar,
            "establishment_en": establishment.name_en,
            "licence_number": licence.number,
            "commercial_registration": establishment.commercial_registration,
            "city": establishment.city.name_ar,
            "city_en": establishment.city.name_en,
            "authority": licence.authority.name_ar,
            "authority_en": licence.authority.name_en,
            "reference": application.shown_reference,
            "office": office.name_ar,
            "office_en": office.name_en,
            "supervisor": by.full_name,
            "presented": presented,
            "period_from": since.isoformat(),
            "period_until": licence.expires_on.isoformat(),
        },
    )
