"""The access log in words: every act that code writes has some, in both languages, and is found by them."""

import ast

import pytest
from django.utils import translation
from pytest_django.asserts import assertContains, assertNotContains

from shumoos.accounts import act_words
from shumoos.accounts.models import Look
from shumoos.stack import BASE_DIR

APPS = ("shumoos", "registration", "activation", "guests", "violations", "support")
# What writes a line, and which of its arguments says what was done.
WRITERS = {"log_change": 0, "log_look": 1, "logged": 1, "log_record": 1, "log_list": 1}
# What is given on from one of them to another.
GIVEN_ON = {"action"}


def modules():
    for app in APPS:
        for path in (BASE_DIR / app).rglob("*.py"):
            yield path, ast.parse(path.read_text())


def constants(tree):
    """What the module calls by a name: `MISS = "wrong number"`."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def said(node, known):
    """Yield the acts, or how they begin, that this argument may be."""
    if isinstance(node, ast.Constant):
        yield node.value, True
    elif isinstance(node, ast.IfExp):
        yield from said(node.body, known)
        yield from said(node.orelse, known)
    elif isinstance(node, ast.JoinedStr):
        yield node.values[0].value, False
    elif isinstance(node, ast.Name) and node.id not in GIVEN_ON:
        yield known[node.id], True
    elif isinstance(node, ast.Attribute):
        yield known.get(node.attr), True


def acts():
    """Every act that code writes, with whether it is the whole of it, and where."""
    everywhere = {}
    for _path, tree in modules():
        everywhere |= {name: value for name, value in constants(tree).items() if name.isupper()}
    for path, tree in modules():
        known = everywhere | constants(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in WRITERS and len(node.args) > WRITERS[name]:
                    for act, is_whole in said(node.args[WRITERS[name]], known):
                        yield act, is_whole, path.name
            # A class of the admin says what a look at one of its rows is.
            is_look = isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == [
                "look"
            ]
            if is_look and isinstance(node.value, ast.Constant):
                yield node.value.value, True, path.name


def test_every_act_that_code_writes_has_its_words():
    known = act_words.known()
    found = list(acts())
    assert len(found) > 100
    wordless = {
        (act, where)
        for act, is_whole, where in found
        if not (act in known if is_whole else any(each.startswith(act) for each in known))
    }
    assert wordless == set()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_each_act_reads_differently_and_in_the_language_of_whoever_reads(language):
    with translation.override(language):
        words = [act_words.words_for(act) for act in act_words.known()]
    assert len(set(words)) == len(words)
    latin = [each for each in words if any("a" <= char <= "z" for char in each)]
    assert latin == ([] if language == "ar" else words)


def test_an_act_from_before_that_nobody_knows_any_more_is_shown_as_it_is_kept():
    assert act_words.words_for("an act of long ago") == "an act of long ago"


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["التفويضات", "تفويضات", "mandates", "mandate"])
def test_an_act_is_found_by_its_words_and_by_what_the_log_calls_it(auditor_client, supervisor, typed):
    wanted = Look.objects.create(by=supervisor, role="supervisor", action="mandates", subject="x:1")
    other = Look.objects.create(by=supervisor, role="supervisor", action="ticket", subject="x:2")

    response = auditor_client.post("/audit/", {"action": typed})

    keys = [row.pk for row in response.context["rows"]]
    assert wanted.pk in keys
    assert other.pk not in keys


@pytest.mark.django_db
def test_the_page_shows_the_words_and_not_the_code(auditor_client, supervisor):
    Look.objects.create(by=supervisor, role="supervisor", action="list guests in house", subject="x:1")
    response = auditor_client.post("/audit/", {"person": supervisor.username})
    assertContains(response, act_words.words_for("list guests in house"))
    assertNotContains(response, "list guests in house")
