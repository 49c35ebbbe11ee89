"""Ways that several of the walks have in common."""

import random
import re

from playwright.sync_api import expect

from registration.models import DocumentKind
from shumoos import demo
from shumoos.saudi.identity import make_national_id
from tests.authenticators import code_of

MOBILE = "+966551234567"
DOCUMENTS = ("licence", "letter", "owner_id")
# What an owner chooses, and how a document that is kept is called, by language.
CHOICES = {
    "ar": {"sector": "الفنادق", "region": "الرياض", "city": "الرياض", "kept": "محفوظة"},
    "en": {"sector": "Hotels", "region": "Riyadh", "city": "Riyadh", "kept": "Kept"},
}


def picture(name):
    drawn = demo.picture(DocumentKind(code=name))
    return {"name": drawn.name, "mimeType": drawn.content_type, "buffer": drawn.read()}


def sign_in(page, username, password, device=None):
    """Sign in through the forms, with the code of that authenticator where the person needs one."""
    page.goto("/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.locator("main button").last.click()
    if device is not None:
        page.wait_for_url("**/login/code/**")
        page.fill("[name=code]", code_of(device))
        page.locator("main button").first.click()
        page.wait_for_url(lambda url: "/login/" not in url)


class Phone:
    """What arrives on a mobile; each code is read once."""

    def __init__(self, twilio, mobile=MOBILE):
        self.twilio = twilio
        self.mobile = mobile
        self.read = 0

    def bodies(self):
        return [text.body for text in self.twilio.messages if text.to == self.mobile]

    def wait_for(self, pattern, *, after=0):
        """Return the first match of the pattern in the texts after the first `after` of them."""

        def found():
            return next(filter(None, (re.search(pattern, body) for body in self.bodies()[after:])), None)

        self.twilio.wait_until(found, timeout=60)
        return found()

    def code(self):
        """Return the next code that was not read yet."""
        code = self.wait_for(r"\b\d{6}\b", after=self.read)
        self.read = next(
            number for number, body in enumerate(self.bodies(), 1) if number > self.read and code[0] in body
        )
        return code[0]


def go_on(page):
    """Press the page's own button."""
    page.locator("main .form-page form .btn-primary:visible").last.click()


def name_licence(page, *, number="٧٣١٠٩٩٠١", sector="الفنادق"):
    page.goto("/register/")
    page.select_option("[name=sector]", label=sector)
    page.fill("[name=licence_number]", number)
    page.fill("[name=owner_national_id]", make_national_id(random.Random(7)))
    go_on(page)
    page.wait_for_url("**/register/establishment/")


def describe_establishment(page, *, region="الرياض", city="الرياض"):
    page.fill("[name=name_ar]", "فندق نسيم المخترع")
    page.fill("[name=commercial_registration]", "١٠١٠٩٩٩٩٠٧")
    page.fill("[name=licence_issued_on]", "1447-01-10")
    page.fill("[name=licence_expires_on]", "2035/01/01")
    with page.expect_response("**/places/**"):
        page.select_option("[name=region]", label=region)
    expect(page.locator("[name=city] optgroup")).to_have_count(1)
    page.select_option("[name=city]", label=city)
    go_on(page)
    page.wait_for_url("**/register/owner/")


def name_owner(page, phone):
    page.fill("[name=owner_name]", "خالد بن مخترع")
    page.fill("[name=owner_mobile]", "٠٥٥ ١٢٣ ٤٥٦٧")
    go_on(page)
    page.wait_for_url("**/register/owner/code/")
    page.fill("[name=code]", phone.code())
    page.locator("main .form-page form .btn-primary").first.click()
    page.wait_for_url("**/register/documents/")


def add_documents(page, *kinds, kept="محفوظة"):
    for kind in kinds:
        page.set_input_files(f"#{kind}_file", picture(kind))
        expect(page.locator(f"#document-{kind}")).to_contain_text(kept)


def send(page):
    """Confirm and send, and return the reference number."""
    page.check("[name=confirmed]")
    go_on(page)
    page.wait_for_url("**/register/done/")
    return re.search(r"\d\d-\d{4}-\d{4}-\d\d", page.inner_text("main")).group()


def register(page, phone):
    """Go through the four steps as an owner with an Arabic keyboard does; return the reference number."""
    name_licence(page)
    describe_establishment(page)
    name_owner(page, phone)
    add_documents(page, *DOCUMENTS)
    go_on(page)
    page.wait_for_url("**/register/check/")
    return send(page)
