"""What everybody in `sweep_told` is told: a numbered letter, a notice and a text."""

from shumoos.letters.models import CODE_ALPHABET, CODE_LENGTH
from shumoos.letters.notices import LABELS, PAUSED, TITLES, Label, Words

DROP = "DROP TABLE IF EXISTS sweep_told"
ANALYZE = "ANALYZE sweep_told"
COUNT = "SELECT count(*) FROM sweep_told"

# Before the cases, as everybody does who issues letters and changes cases: whoever holds a series and waits
# for a case must not be waited for.
LOCK_SERIES = """
    SELECT count(*) FROM (
        SELECT FROM letters_series
        WHERE year = %(year)s AND name IN (SELECT code FROM registration_office)
        ORDER BY name
        FOR UPDATE
    ) AS locked
"""


def text(words: str) -> str:
    """Return words of ours as a literal of SQL."""
    return "'" + words.replace("'", "''").replace("%", "%%") + "'"


def row(label: Label, value: str, value_en: str = "''") -> str:
    """Return a row of a letter, of expressions for its value in Arabic and in English."""
    return f"jsonb_build_array({text(label.ar)}, {value}, {text(label.en)}, {value_en})"


def money(label: Label, amount: str) -> str:
    shown = f"to_char({amount}, 'FM999,999,999,990.00')"
    return row(label, f"{shown} || ' ريال'", f"'SAR ' || {shown}")


def by_stage(words: dict[str, Words], language: str) -> str:
    found = " ".join(
        f"WHEN {text(stage)} THEN {text(getattr(each, language))}" for stage, each in words.items()
    )
    return f"CASE told.stage {found} END"


# Sixteen characters of which nobody can guess the next: each of two bytes from the server's own randomness. A
# UUID has fixed bits in its bytes 6 and 8, so of each only the other fourteen count.
def letter_of(place: int) -> str:
    source, pair = f"random{place // 5}", place % 5
    low, high = (0, 2, 4, 10, 12)[pair], (1, 3, 5, 11, 13)[pair]
    number = f"(256 * get_byte({source}, {low}) + get_byte({source}, {high})) %% {len(CODE_ALPHABET)}"
    return f"substr({text(CODE_ALPHABET)}, 1 + {number}, 1)"


LETTER_CODE = " || ".join(letter_of(place) for place in range(CODE_LENGTH))
RANDOM = ", ".join(
    f"uuid_send(gen_random_uuid()) AS random{number}" for number in range((CODE_LENGTH + 4) // 5)
)

# The bill of a case: 7, its key in eleven digits, and two check digits; `violations.bills` says the same.
BILL = "(7 * 10::bigint ^ 11)::bigint + told.case_id"
BILL_NUMBER = f"(({BILL})::text || lpad((98 - (({BILL}) * 100) %% 97)::text, 2, '0'))"

ROWS = f"""
    jsonb_build_array(
        {row(LABELS["establishment"], "licence.name_ar", "licence.name_en")},
        {row(LABELS["licence_number"], "licence.number")},
        {row(LABELS["noticed_on"], "%(on)s::date")}
    )
    || CASE WHEN told.amount > 0 THEN jsonb_build_array(
        {money(LABELS["fine"], "told.amount")}, {money(LABELS["fined"], "told.fined")}
    ) WHEN told.stage = 'suspended' THEN jsonb_build_array({money(LABELS["fines"], "told.fined")})
    ELSE '[]' END
    || CASE WHEN told.fined > 0 AND told.stage <> 'suspended'
        THEN jsonb_build_array({row(LABELS["bill"], BILL_NUMBER)}) ELSE '[]' END
    || CASE WHEN told.stage = 'suspended' THEN '[]'
        WHEN told.due_on IS NULL
            THEN jsonb_build_array({row(LABELS["due_on"], text(PAUSED.ar), text(PAUSED.en))})
        ELSE jsonb_build_array({row(LABELS["due_on"], "told.due_on")}) END
    || CASE WHEN told.stage = 'suspended' THEN '[]'
        ELSE jsonb_build_array({row(LABELS["objection_until"], "%(on)s::date + schedule.objection_days")}) END
"""


def numbering(table: str) -> str:
    """Return the part of a statement that takes numbers and begins to write letters, one a row of a table.

    A row has its `licence_id`; `offices` has the office of each city, `taken` the last number of each series.
    """
    return f"""
    offices AS MATERIALIZED (
        SELECT city.id AS city_id, office.code, office.name_ar, office.name_en
        FROM registration_city AS city JOIN registration_office AS office ON office.region_id = city.region_id
    ),
    taken AS (
        INSERT INTO letters_series (name, year, last)
        SELECT offices.code, %(year)s, count(*)
        FROM {table} AS told
        JOIN registration_licence AS licence ON licence.id = told.licence_id
        JOIN offices ON offices.city_id = licence.city_id
        GROUP BY offices.code
        ORDER BY offices.code
        ON CONFLICT (name, year) DO UPDATE SET last = letters_series.last + excluded.last
        RETURNING name, last
    )
    INSERT INTO letters_letter (
        id, kind, series, year, sequence, code, establishment, licence_number, content, status, issued_at,
        pdf,
        sha256
    )
"""  # noqa: S608  put together from constants


ISSUE_LETTERS = f"""
    WITH wording AS MATERIALIZED (
        SELECT
            id AS step_id,
            jsonb_build_object(
                'paragraphs', to_jsonb(string_to_array(notice_ar, E'\\n\\n')),
                'paragraphs_en', to_jsonb(string_to_array(notice_en, E'\\n\\n'))
            ) AS content
        FROM violations_step
    ),
    {numbering("sweep_told")}
    SELECT
        told.letter_id,
        CASE WHEN told.amount > 0 THEN 'fine' WHEN told.stage = 'suspended'
            THEN 'suspension' ELSE 'warning' END,
        offices.code,
        %(year)s,
        taken.last + 1 - row_number() OVER (PARTITION BY offices.code ORDER BY told.case_id DESC),
        {LETTER_CODE},
        licence.name_ar,
        licence.number,
        wording.content || jsonb_build_object(
            'title', {by_stage(TITLES, "ar")},
            'title_en', {by_stage(TITLES, "en")},
            'office', offices.name_ar,
            'office_en', offices.name_en,
            'establishment_en', licence.name_en,
            'rows', {ROWS}
        ) || CASE WHEN told.stage = 'suspended' THEN jsonb_build_object(
            'addressee', authority.name_ar, 'addressee_en', authority.name_en
        ) ELSE '{{}}' END,
        'valid',
        now(),
        '',
        ''
    FROM (SELECT *, {RANDOM} FROM sweep_told) AS told
    JOIN registration_licence AS licence ON licence.id = told.licence_id
    JOIN registration_authority AS authority ON authority.id = licence.authority_id
    JOIN offices ON offices.city_id = licence.city_id
    JOIN taken ON taken.name = offices.code
    JOIN wording ON wording.step_id = told.step_id
    JOIN violations_schedule AS schedule ON schedule.id = told.schedule_id
"""  # noqa: S608  put together from constants

ISSUE_NOTICES = """
    INSERT INTO violations_notice (id, case_id, stage, issued_on, due_on, amount, by_id, letter_id)
    SELECT notice_id, case_id, stage, %(on)s, due_on, amount, by_id, letter_id FROM sweep_told
"""

# To the owner, to the mobile and in the language of their account where there is one, else to the mobile that
# the authority's register has.
QUEUE_TEXTS = """
    INSERT INTO sms_textmessage (
        id, kind, "to", language, urgency, about_type_id, about_id,
        status, attempts, next_try_at, sid, error, queued_at
    )
    SELECT
        gen_random_uuid(), %(sms_kind)s, coalesce(owner.mobile, licence.owner_mobile),
        coalesce(person.language, 'ar'), %(sms_urgency)s, about.id, told.notice_id,
        'queued', 0, now(), '', '', now()
    FROM sweep_told AS told
    JOIN registration_licence AS licence ON licence.id = told.licence_id
    JOIN django_content_type AS about ON about.app_label = 'violations' AND about.model = 'notice'
    LEFT JOIN registration_establishment AS establishment ON establishment.id = licence.establishment_id
    LEFT JOIN registration_owner AS owner ON owner.id = coalesce(
        establishment.owner_id,
        (SELECT id FROM registration_owner WHERE national_id = licence.owner_national_id)
    )
    LEFT JOIN accounts_user AS person ON person.id = owner.user_id
    WHERE coalesce(owner.mobile, licence.owner_mobile) <> ''
"""

# The first %(limit)s of the table; with each how many there are, and how many suspended.
REPORT = """
    SELECT
        licence.number, old_stage, stage, amount, due_on,
        count(*) OVER (), count(*) FILTER (WHERE stage = 'suspended') OVER ()
    FROM sweep_told AS told
    JOIN registration_licence AS licence ON licence.id = told.licence_id
    ORDER BY licence.number
    LIMIT %(limit)s
"""
