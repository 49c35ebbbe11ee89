import pytest

from shumoos.saudi.countries import COUNTRIES, Country, choices


def test_every_country_of_iso_3166_1_is_there_once():
    assert len(COUNTRIES) == 249
    assert all(code == country.alpha3 for code, country in COUNTRIES.items())
    assert all(
        len(c.alpha3) == 3 and len(c.alpha2) == 2 and (c.alpha3 + c.alpha2).isupper()
        for c in COUNTRIES.values()
    )
    for column in Country._fields:
        assert len({getattr(country, column) for country in COUNTRIES.values()}) == 249


def test_names_are_complete_and_in_their_own_script():
    for country in COUNTRIES.values():
        assert country.name_en == country.name_en.strip() != ""
        assert all("\u0621" <= char <= "\u064a" or char in " ()" for char in country.name_ar), country


def test_known_countries():
    assert COUNTRIES["SAU"] == Country("SAU", "SA", "Saudi Arabia", "المملكة العربية السعودية")
    assert COUNTRIES["PSE"].name_ar == "فلسطين"
    assert COUNTRIES["EGY"].name_ar == "مصر"
    assert COUNTRIES["HUN"].name_ar == "المجر"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_choices_offer_every_country_saudi_arabia_first(language):
    offered = choices(language)

    assert offered[0] == ("SAU", getattr(COUNTRIES["SAU"], f"name_{language}"))
    assert dict(offered) == {
        code: getattr(country, f"name_{language}") for code, country in COUNTRIES.items()
    }


def test_choices_are_sorted_by_name_whatever_its_accents():
    english = [code for code, _ in choices("en")]
    arabic = [code for code, _ in choices("ar")]

    assert english[1:4] == ["AFG", "ALA", "ALB"]
    assert english[-2:] == ["ZMB", "ZWE"]
    assert arabic.index("ISL") < arabic.index("PAK") < arabic.index("EGY") < arabic.index("NLD")
