"""What shops buy from people: gold and jewellery, and used goods. The person is who sells."""

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from guests.kinds import fields
from guests.kinds.base import Kind, Shown
from guests.kinds.people import Identified


class Purchase(Identified):
    """A thing bought from somebody."""

    item: Annotated[fields.LongText, Shown(_("Item"), _("What it is: a bracelet, a mobile phone."))]
    description: Annotated[
        fields.LongText | None, Shown(_("Description"), _("What tells it from others of its sort."))
    ] = None
    price: Annotated[fields.Price, Shown(_("Price"), _("In riyals: 1250.50."), is_code=True)]
    bought_at: Annotated[
        fields.PastMoment,
        Shown(_("Bought at"), _("Day and time: 2026-03-15 14:30."), input="moment", is_code=True),
    ]


class GoldPurchase(Purchase):
    weight: Annotated[fields.Grams, Shown(_("Weight"), _("In grams: 12.5."), is_code=True)]


class UsedGoods(Purchase):
    serial_number: Annotated[
        fields.Reference | None,
        Shown(_("Serial number"), _("Of a mobile phone, its IMEI."), is_code=True),
    ] = None


SELLER = (
    ("id_type", "id_number", "nationality"),
    ("full_name", "birth_date", "gender"),
    ("mobile", "bought_at"),
)

GOLD_PURCHASE = Kind(
    code="gold_purchase",
    label=_("Gold purchase"),
    new=_("Enter a purchase"),
    model=GoldPurchase,
    rows=(*SELLER, ("item", "weight", "price"), ("description",)),
    time="bought_at",
)

USED_GOODS = Kind(
    code="used_goods",
    label=_("Used goods"),
    new=_("Enter a purchase"),
    model=UsedGoods,
    rows=(*SELLER, ("item", "serial_number", "price"), ("description",)),
    time="bought_at",
)
