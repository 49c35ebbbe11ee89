"""Kinds of text for the tests, in this process and in the workers that they start."""

from django.apps import AppConfig


class TextsConfig(AppConfig):
    name = "tests.sms"
    label = "texts_for_tests"

    def ready(self):
        register()


def note(about, language):
    return {"word": "it's on"}


def secret(user, language):
    from shumoos.accounts.people import give_temporary_password
    from shumoos.sms import kinds

    if user.has_usable_password() and not user.must_change_password:
        raise kinds.Pointless
    return {"password": give_temporary_password(user)}


def number(about, language):
    return {"number": "26-4821-9037-45"}


def broken(about, language):
    raise ZeroDivisionError


def samples(language):
    return [{"word": "it's on", "password": "mmmmmmmmmmmm", "number": "26-4821-9037-45"}]


def register():
    from shumoos.sms import kinds
    from shumoos.sms.models import Urgency

    for name, urgency, template, context in [
        ("test_code", Urgency.CODE, "note", note),
        ("test_note", Urgency.NOTICE, "note", note),
        ("test_secret", Urgency.CREDENTIALS, "secret", secret),
        ("test_reminder", Urgency.REMINDER, "note", note),
        ("test_number", Urgency.NOTICE, "number", number),
        ("test_broken", Urgency.NOTICE, "note", broken),
    ]:
        kinds.register(
            name,
            urgency=urgency,
            template=f"sms_tests/{template}.txt",
            context=context,
            samples=samples,
            label=name,
        )
