"""What owners are asked for: kinds of documents, as data."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.urls import reverse

from registration import intake
from registration.models import DocumentKind
from registration.reference import load_reference_data
from tests.factories import TypedFactory, make_document, make_draft, sector

pytestmark = pytest.mark.django_db

FOR_ALL = ["licence", "letter", "owner_id"]


def codes(kinds):
    return [kind.code for kind in kinds]


@pytest.mark.parametrize(
    ("of", "more"),
    [
        ("hotels", ["civil_defence"]),
        ("car_rental", ["operating_card"]),
        ("gold_jewellery", ["precious_metals"]),
        ("scrap", ["lease"]),
    ],
)
def test_every_sector_is_asked_for_the_three_and_for_its_own_in_order(of, more):
    assert codes(DocumentKind.objects.wanted_for(sector(of))) == FOR_ALL + more
    assert codes(DocumentKind.objects.wanted_for(sector(of)).required()) == FOR_ALL


def test_without_a_sector_only_those_of_all_are_asked_for():
    assert codes(DocumentKind.objects.wanted_for(None)) == FOR_ALL


def test_the_order_is_the_administrators():
    DocumentKind.objects.filter(code="owner_id").update(order=1)
    assert codes(DocumentKind.objects.wanted_for(sector()))[0] == "owner_id"


def test_what_a_sector_requires_must_be_there():
    DocumentKind.objects.filter(code="civil_defence").update(is_required=True)
    hotel, shop = TypedFactory(), TypedFactory(sector=sector("used_goods"))

    draft = make_draft(**hotel)
    with pytest.raises(ValidationError) as refusal:
        intake.submit(draft)
    assert list(refusal.value.message_dict) == ["civil_defence"]

    make_document(draft, DocumentKind.objects.get(code="civil_defence"))
    assert intake.submit(draft).status == "submitted"
    assert intake.submit(make_draft(**shop)).status == "submitted"


def test_an_administrator_makes_a_kind_for_a_sector(administrator_client):
    data = {"code": "zoning", "name_ar": "رخصة بلدية", "name_en": "Zoning", "order": 50, "is_required": "on"}

    administrator_client.post(
        reverse("admin:registration_documentkind_add"), data | {"sectors": [sector("scrap").pk]}
    )

    assert "zoning" in codes(DocumentKind.objects.wanted_for(sector("scrap")))
    assert "zoning" not in codes(DocumentKind.objects.wanted_for(sector("hotels")))


def test_loading_leaves_the_administrators_sectors_alone_and_brings_back_what_is_missing():
    kind = DocumentKind.objects.get(code="lease")
    kind.sectors.set([sector("hotels")])
    DocumentKind.objects.filter(code="civil_defence").delete()

    load_reference_data()

    assert [row.code for row in kind.sectors.all()] == ["hotels"]
    assert DocumentKind.objects.get(code="civil_defence").sectors.count() == 6


def test_administrators_may_change_kinds_and_supervisors_see_them():
    def may(role):
        group = Group.objects.get(name=role)
        named = Permission.objects.filter(group=group, codename__endswith="_documentkind")
        return sorted(named.values_list("codename", flat=True))

    assert may("administrator") == ["add_documentkind", "change_documentkind", "view_documentkind"]
    assert may("supervisor") == ["view_documentkind"]
    assert may("owner") == []
