"""No way past the access log: every function by which somebody changes something writes its line.

What the pages do is held to it while they are tested, by `changes_leave_a_line` of conftest.py; here the code
is read, so that a function which no page calls yet does not slip through either.
"""

import ast

import pytest
from django.db import connection, transaction
from django.http import HttpResponse

from registration.moves import move_application
from shumoos.accounts.middleware import logged_request
from shumoos.accounts.models import Look
from shumoos.stack import BASE_DIR
from tests import changing
from tests.factories import ApplicationFactory

APPS = ("shumoos/accounts", "registration", "activation", "guests", "violations", "support")
WRITERS = {f"shumoos.accounts.access_log.{name}" for name in ("log_change", "log_look", "logged", "write")}

# It only refuses, and notes that somebody is at work.
NO_CHANGE = ["activation.credentials.refuse_mobile"]


def modules():
    for app in APPS:
        for path in (BASE_DIR / app).rglob("*.py"):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(BASE_DIR).with_suffix("").parts)
                yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def names_in(module, tree):
    """Return what the module calls things, and what they are called by whoever looks for them."""
    known = {node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            known |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return known


def called(function, known):
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield known.get(node.func.id)
            elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                yield f"{known.get(node.func.value.id)}.{node.func.attr}"


def is_change(function):
    """Whether somebody changes something by it: it says who, and has a transaction of its own."""
    arguments = [*function.args.args, *function.args.kwonlyargs]
    is_somebodys = any(each.arg == "by" for each in arguments)
    has_block = any(isinstance(node, ast.Attribute) and node.attr == "atomic" for node in ast.walk(function))
    return is_somebodys and has_block


def read_all():
    """Return every function with what it calls, and those among them that change something."""
    calls, changes = {}, set()
    for module, tree in modules():
        known = names_in(module, tree)
        for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
            name = f"{module}.{function.name}"
            calls[name] = set(called(function, known))
            if is_change(function):
                changes.add(name)
    return calls, changes


def logging(calls):
    """Return the functions that write a line, by themselves or by one they call."""
    found = set(WRITERS)
    while more := {name for name, others in calls.items() if name not in found and others & found}:
        found |= more
    return found


def test_every_function_by_which_somebody_changes_something_writes_a_line():
    calls, changes = read_all()
    assert len(changes) > 50
    assert sorted(changes - logging(calls)) == NO_CHANGE


def test_a_function_without_its_line_is_found():
    calls, changes = read_all()
    calls["registration.mandates.revoke"] = set()
    assert sorted(changes - logging(calls)) == [*NO_CHANGE, "registration.mandates.revoke"]


# What holds the tests of the pages to it --------------------------------------------------------------------


def answer(rf, view, method="post"):
    return logged_request(view)(getattr(rf, method)("/somewhere/"))


def forgetful(request):
    """Does what a page must not: it changes a row and says nothing."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("UPDATE registration_application SET owner_name = 'x'")
    return HttpResponse()


@pytest.mark.django_db
def test_a_change_without_a_line_fails_the_test_it_is_made_in(rf, changes_leave_a_line):
    ApplicationFactory()
    answer(rf, forgetful, "get")
    assert changes_leave_a_line == []
    answer(rf, forgetful)
    assert changes_leave_a_line == [["registration_application"]]
    changes_leave_a_line.clear()


@pytest.mark.django_db
def test_a_line_in_another_transaction_is_none(rf, changes_leave_a_line):
    ApplicationFactory()

    def view(request):
        with transaction.atomic():
            Look.objects.create(action="x", subject="x")
        return forgetful(request)

    answer(rf, view)
    assert changes_leave_a_line == [["registration_application"]]
    changes_leave_a_line.clear()


@pytest.mark.django_db
def test_what_is_rolled_back_needs_no_line(rf, changes_leave_a_line):
    @transaction.atomic
    def half(request):
        forgetful(request)
        raise ValueError

    def refused(request):
        with pytest.raises(ValueError):
            half(request)
        return HttpResponse()

    answer(rf, refused)
    assert changes_leave_a_line == []


@pytest.mark.django_db
def test_what_the_portal_does_by_itself_leaves_no_line_of_anybody():
    application = ApplicationFactory()
    move_application(application, "expired", by=None)
    assert not Look.objects.exists()


@pytest.mark.django_db
def test_what_an_owner_without_account_does_has_no_name_but_an_address(rf):
    application = ApplicationFactory()

    def view(request):
        move_application(application, "withdrawn", by=None, reason="بيعت المنشأة")
        return HttpResponse()

    answer(rf, view)
    line = Look.objects.get()
    assert (line.by, line.action, line.reason) == (None, "application withdrawn", "بيعت المنشأة")
    assert (line.subject, line.address) == (f"registration.application:{application.pk}", "127.0.0.1")


def test_a_read_is_no_change(rf):
    assert (
        changing.WRITTEN.search(
            'SELECT "registration_application"."id" FROM "registration_application" FOR UPDATE'
        )
        is None
    )
