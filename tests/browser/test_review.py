"""A supervisor at the desk: documents, return, correction, activation, a text that fails, the letter."""

import io
import os
import re
import time
from pathlib import Path

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from registration import corrections, documents
from registration.models import Application
from shumoos.letters.models import Letter
from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW, WIDE, eventually
from tests.browser.test_whole_path import tick_everything
from tests.browser.walks import sign_in
from tests.factories import PASSWORD, ApplicationFactory, OfficerFactory, make_document

pytestmark = pytest.mark.browser

# The gateway takes what is sent to the first, and reports later on that it did not arrive.
OLD, NEW = "+966500555103", "+966559876543"
WHY = "كان الجوال مغلقًا أو خارج التغطية"
FAILED = "/admin/registration/application/queue/?tab=failed"
# Where to keep pictures of the pages, for whoever wants to look at them.
PICTURES = os.environ.get("PICTURES")


def pdf(pages):
    content = io.BytesIO()
    with pikepdf.new() as file:
        for _number in range(pages):
            file.add_blank_page(page_size=(595, 842))
        file.save(content)
    return SimpleUploadedFile("letter.pdf", content.getvalue(), "application/pdf")


def with_pdf(application, pages=2):
    """The application, its letter now a PDF."""
    Application.objects.filter(pk=application.pk).update(status="returned")
    documents.attach(application, "letter", pdf(pages))
    Application.objects.filter(pk=application.pk).update(status="submitted")
    return application


def look(page, name):
    """Keep a picture of the page in both widths, where somebody asked for them."""
    if not PICTURES:
        return
    for viewport in (WIDE, NARROW):
        page.set_viewport_size(viewport)
        path = Path(PICTURES) / f"{name}-{viewport['width']}.png"
        page.screenshot(path=path, full_page=True)
    page.set_viewport_size(WIDE)


def read_documents(page):
    """Walk through the documents with the keys, as the page explains them."""
    place, current = page.locator("[data-place]"), page.locator(".viewer-tabs a[aria-current]")
    expect(place).to_have_text("الصفحة 1 من 1")
    page.locator("[data-stage]").focus()
    page.keyboard.press("3")
    expect(current).to_contain_text("3.")
    page.keyboard.press("2")
    expect(place).to_have_text("الصفحة 1 من 2")
    page.keyboard.press("j")
    expect(place).to_have_text("الصفحة 2 من 2")
    assert "/pages/2/" in page.locator(".viewer-sheet img").get_attribute("src")

    for go in (lambda: page.keyboard.press("k"), page.get_by_role("button", name="الصفحة السابقة").click):
        go()
        expect(place).to_have_text("الصفحة 1 من 2")
        page.get_by_role("button", name="الصفحة التالية").click()
        expect(place).to_have_text("الصفحة 2 من 2")

    def size():
        box = page.locator(".viewer-sheet img").bounding_box()
        return box["width"], box["height"]

    width, _height = size()
    page.keyboard.press("+")
    assert size()[0] > width
    page.keyboard.press("-")
    assert size()[0] == pytest.approx(width, abs=1)
    page.get_by_role("button", name="تكبير").click()
    assert size()[0] > width
    page.get_by_role("button", name="تصغير").click()
    assert size()[0] == pytest.approx(width, abs=1)
    page.get_by_role("button", name="تدوير").click()
    assert size()[0] > size()[1]
    page.keyboard.press("r")
    assert size()[0] < size()[1]
    page.keyboard.press("0")
    stage = page.locator("[data-stage]").bounding_box()
    assert size()[1] <= stage["height"] + 1
    page.get_by_role("button", name="ملء الشاشة").click()
    page.wait_for_function("document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement === null")

    page.keyboard.press("1")
    expect(current).to_contain_text("1.")
    page.keyboard.press("a")
    expect(current).to_contain_text("2.")
    for ticked, tab in ((2, "3."), (3, "3.")):
        page.get_by_role("button", name="تأشير الخانات الثلاث").click()
        expect(current).to_contain_text(tab)
        assert page.locator("[data-checks] input:checked").count() == 3 * ticked
    # All documents are looked through: the cursor stands where something is left to type.
    expect(page.locator("[data-checks] .day input").last).to_be_focused()


def code_of(portal, mobile):
    def codes():
        bodies = [text.body for text in portal.twilio.messages if text.to == mobile]
        return [match[0] for body in bodies if (match := re.search(r"\b\d{6}\b", body))]

    portal.twilio.wait_until(codes, timeout=60)
    return codes()[-1]


def open_failed(portal, page, accessible):
    """Wait until the gateway has reported that the credentials did not arrive, and open the application."""
    page.goto(FAILED)
    eventually(page, "#result_list a")
    expect(page.locator("#result_list")).to_contain_text(WHY)
    accessible(page)
    look(page, "failed")
    page.locator("#result_list a").click()
    expect(page.locator("p.review-warnings")).to_contain_text(WHY)
    accessible(page)
    look(page, "failed-text")


def correct_mobile(portal, page, accessible):
    """Put the mobile right with a code that the owner reads out."""
    page.fill("[name=mobile-mobile]", "٠٥٥ ٩٨٧ ٦٥٤٣")
    page.fill("[name=mobile-reason]", "رقم قديم")
    page.get_by_role("button", name="إرسال الرمز").click()
    expect(page.locator("[name=mobile-code]")).to_be_visible()
    accessible(page)
    page.fill("[name=mobile-code]", code_of(portal, NEW))
    page.get_by_role("button", name="اعتماد الجوال الجديد").click()
    expect(page.locator(".messagelist")).to_contain_text("غُيّر الجوال")
    accessible(page)


def scan(page, digits):
    """Send the keys of a scanner, which are five milliseconds apart however busy this machine is."""
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    keyboard = page.context.new_cdp_session(page)
    at = time.time()
    for key in [*({"key": digit, "text": digit} for digit in digits), enter]:
        at += 0.005
        for kind in ("keyDown", "keyUp"):
            keyboard.send("Input.dispatchKeyEvent", {"type": kind, "timestamp": at, **key})
    keyboard.detach()


def scan_the_next(page, application):
    """Scan another slip, then the first again, while a button has the focus that Enter would press."""
    other = ApplicationFactory()
    for scanned in (other, application):
        scan(page, scanned.reference)
        page.wait_for_url(f"**/{scanned.pk}/review/")
    assert set(Application.objects.values_list("status", flat=True)) == {"submitted"}
    # Its digits are keys of the viewer, too.
    expect(page.locator(".viewer-tabs a[aria-current]")).to_contain_text("1.")


def test_a_supervisors_day(portal, accessible):
    application = with_pdf(ApplicationFactory(owner_mobile=OLD, name_ar="اسم خاطئ"))
    page = portal.open("/admin/")
    supervisor = OfficerFactory()
    sign_in(page, supervisor.username, PASSWORD, give_authenticator(supervisor))

    page.goto("/admin/")
    expect(page.locator("#result_list")).to_contain_text(application.shown_reference)
    accessible(page)
    look(page, "queue")
    # The cursor stands in the box: a scanner types and presses Enter.
    page.keyboard.type(application.reference)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
    scan_the_next(page, application)
    # And the next Enter takes the application up.
    expect(page.get_by_role("button", name="بدء المراجعة")).to_be_focused()
    page.keyboard.press("Enter")
    read_documents(page)
    accessible(page)
    look(page, "review")

    page.locator("summary", has_text="إعادة للتصحيح").click()
    page.select_option("[name=return-template_name_ar]", "differs_from_original")
    look(page, "return")
    accessible(page)
    page.get_by_role("button", name="إعادة إلى صاحب المنشأة").click()
    expect(page.locator(".messagelist")).to_be_visible()
    accessible(page)

    corrections.send_corrections(application, typed={"name_ar": "الاسم الصحيح"})
    page.reload()
    expect(page.locator("#content-main")).to_contain_text("الاسم الصحيح")
    accessible(page)
    page.get_by_role("button", name="بدء المراجعة").click()
    page.get_by_role("button", name="تفعيل", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("أكمل قائمة التحقق قبل التفعيل. بقي:")
    accessible(page)
    tick_everything(page)
    page.get_by_role("button", name="تفعيل", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("فُعّل الطلب")
    accessible(page)

    open_failed(portal, page, accessible)
    page.get_by_role("button", name="إرسال بيانات دخول جديدة").click()
    expect(page.locator(".messagelist")).to_be_visible()
    accessible(page)
    portal.twilio.wait_until(lambda: len(passwords_of(portal, OLD)) == 2, timeout=60)
    open_failed(portal, page, accessible)
    old_passwords = passwords_of(portal, OLD)
    correct_mobile(portal, page, accessible)
    page.goto(FAILED)
    expect(page.locator("#content-main")).to_contain_text("وصلت بيانات الدخول إلى جميع أصحاب المنشآت")
    accessible(page)
    page.go_back()
    portal.twilio.wait_until(lambda: passwords_of(portal, NEW), timeout=60)

    owner = portal.open("/login/", viewport=NARROW)
    [(username, password)] = credentials_of(portal, NEW)
    for old_password in old_passwords:
        sign_in(owner, username, old_password)
        expect(owner).to_have_url(re.compile("/login/"))
        accessible(owner)
    sign_in(owner, username, password)
    owner.wait_for_url("**/account/password/")
    accessible(owner)

    with page.expect_download() as download:
        page.get_by_role("link", name="(PDF)").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    stranger = portal.open(f"/verify/{Letter.objects.get(kind='statement').code}/")
    expect(stranger.locator("main")).to_contain_text("نشط")
    accessible(stranger)


def test_a_refused_decision_says_so_and_no_enter_in_a_field_decides(portal, accessible):
    application = ApplicationFactory()
    page = portal.open("/admin/")
    supervisor = OfficerFactory()
    sign_in(page, supervisor.username, PASSWORD, give_authenticator(supervisor))
    page.goto(f"/admin/registration/application/{application.pk}/review/")
    page.get_by_role("button", name="بدء المراجعة").click()

    page.locator("summary", has_text="إعادة للتصحيح").click()
    page.get_by_role("button", name="إعادة إلى صاحب المنشأة").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_be_in_viewport()
    look(page, "refused")
    accessible(page)

    # The next slip is scanned while the cursor stands in the owner's words, beside a box that is ticked.
    page.locator("[name=return-flag_licence]").check()
    words = page.locator("input[type=text][name=return-words_licence]")
    words.fill("صورة أوضح ")
    scan(page, "264821903744")
    expect(page.locator("[data-scanned] [name=q]")).to_be_focused()
    expect(page.locator("[data-scanned] [name=q]")).to_have_value("264821903744")
    expect(words).to_have_value("صورة أوضح ")
    words.press("Enter")
    assert Application.objects.get(pk=application.pk).status == "under_review"


def test_the_pages_in_english_and_without_scripts(portal, accessible):
    application = with_pdf(ApplicationFactory())
    make_document(with_status(application, "returned"), "licence", color="blue")
    with_status(application, "submitted")
    page = portal.open("/admin/", locale="en-US")
    supervisor = OfficerFactory(language="en")
    sign_in(page, supervisor.username, PASSWORD, give_authenticator(supervisor))
    page.goto("/admin/")
    page.get_by_role("button", name="English").click()
    look(page, "queue-en")
    accessible(page)
    page.locator("#result_list a").click()
    page.get_by_role("button", name="Take up for review").click()
    look(page, "review-en")
    accessible(page)

    cookies = page.context.cookies()
    plain = portal.browser.new_context(java_script_enabled=False, base_url=portal.url)
    plain.add_cookies(cookies)
    page = plain.new_page()
    page.goto(f"/admin/registration/application/{application.pk}/review/")
    with plain.expect_page() as opened:
        page.locator(".viewer-tabs a").nth(1).click()
    expect(opened.value.locator(".document-pages img")).to_have_count(2)


def with_status(application, status):
    Application.objects.filter(pk=application.pk).update(status=status)
    return application


def credentials_of(portal, mobile):
    bodies = [text.body for text in portal.twilio.messages if text.to == mobile]
    found = [re.search(r"المستخدم (\S+) كلمة المرور (\S+)", body) for body in bodies]
    return [match.groups() for match in found if match]


def passwords_of(portal, mobile):
    return [password for _username, password in credentials_of(portal, mobile)]
