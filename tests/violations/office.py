"""Supervisors and heads at their pages of violations."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.conftest import sign_in
from violations import bills


def at(name, *args):
    return reverse(f"admin:violations_{name}", args=args)


def signed_in(person):
    client = sign_in(person)
    client.cookies["django_language"] = "en"
    return client


def bank_file(case, amount=4000):
    columns = "bank_reference,bill_number,amount,paid_on"
    content = f"{columns}\nSB1,{bills.number(case.pk)},{amount},2026-02-05\nSB2,1,5,x\n"
    return SimpleUploadedFile("bank.csv", content.encode(), "text/csv")


def confirmed(client, address, data):
    """Send a form, and where it then names what it leads to, confirm that."""
    answer = client.post(address, data)
    form = answer.context and answer.context.get("form")
    if not getattr(form, "foreseen", None):
        return answer
    return client.post(address, data | {"confirmed": form.foreseen.key})
