"""What everybody in `sweep_told` is told: a numbered letter, a notice and a text."""

from shumoos.letters.models import CODE_ALPHABET, CODE_LENGTH
from shumoos.letters.notices import LABELS, PAUSED, TITLES, Label, Words

# What a row of `sweep_told` has of its licence, and the keys of what it will be told.
OF_LICENCE = """
    licence.id AS licence_id,
    licence.number AS licence_number,
    licence.name_ar,
    licence.name_en,
    licence.city_id,
    licence.authority_id,
    licence.establishment_id,
    licence.owner_national_id,
    licence.owner_mobile,
    nextval(pg_get_serial_sequence('violations_notice', 'id')) AS notice_id,
    nextval(pg_get_serial_sequence('letters_letter', 'id')) AS letter_id
"""

# To the end of the transaction: room for tables that are joined whole, pages as cheap as they are in memory,
# so that few rows among many are looked up, and no compiling of what runs once.
PLAN_FOR_MANY = """
    SELECT
        set_config('work_mem', '64MB', true),
        set_config('seq_page_cost', '0.2', true),
        set_config('random_page_cost', '0.2', true),
        set_config('jit', 'off', true)
"""
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


# Sixteen characters of which nobody can guess the next: each of two bytes of a hash of the letter's key and
# of random bytes that are made for the statement and kept nowhere.
def letter_of(place: int) -> str:
    high, low = (f"get_byte(random, {2 * place + number})" for number in (0, 1))
    return f"substr({text(CODE_ALPHABET)}, 1 + (256 * {high} + {low}) %% {len(CODE_ALPHABET)}, 1)"


LETTER_CODE = " || ".join(letter_of(place) for place in range(CODE_LENGTH))


def with_random(table: str) -> str:
    """Return the rows of a table, each with the bytes that its letter's code is made of."""
    return f"""
        (SELECT {table}.*, sha256(bytes || int8send(letter_id)) AS random FROM {table}, seed OFFSET 0)
    """  # noqa: S608  put together from constants


# The bill of a case: 7, its key in eleven digits, and two check digits; `violations.bills` says the same.
BILL = "(7 * 10::bigint ^ 11)::bigint + told.case_id"
BILL_NUMBER = f"(({BILL})::text || lpad((98 - (({BILL}) * 100) %% 97)::text, 2, '0'))"

# A letter's own rows, and those that it has in common with the others of its group.
OWN_ROWS = f"""
    jsonb_build_array(
        {row(LABELS["establishment"], "told.name_ar", "told.name_en")},
        {row(LABELS["licence_number"], "told.licence_number")}
    )
    || CASE WHEN told.fined > 0 AND told.stage <> 'suspended'
        THEN jsonb_build_array({row(LABELS["bill"], BILL_NUMBER)}) ELSE '[]' END
"""
COMMON_ROWS = f"""
    jsonb_build_array({row(LABELS["noticed_on"], "%(on)s::date")})
    || CASE WHEN told.amount > 0 THEN jsonb_build_array(
        {money(LABELS["fine"], "told.amount")}, {money(LABELS["fined"], "told.fined")}
    ) WHEN told.stage = 'suspended' THEN jsonb_build_array({money(LABELS["fines"], "told.fined")})
    ELSE '[]' END
    || CASE WHEN told.stage = 'suspended' THEN '[]'
        WHEN told.due_on IS NULL
            THEN jsonb_build_array({row(LABELS["due_on"], text(PAUSED.ar), text(PAUSED.en))})
        ELSE jsonb_build_array({row(LABELS["due_on"], "told.due_on")}) END
    || CASE WHEN told.stage = 'suspended' THEN '[]'
        ELSE jsonb_build_array({row(LABELS["objection_until"], "%(on)s::date + schedule.objection_days")}) END
"""


def numbering(table: str) -> str:
    """Return the parts of a statement that take numbers for letters, one a row of a table.

    A row has its `city_id`; `offices` has the office of each city, `taken` the last number of each series,
    `seed` what the letters' codes are made of.
    """
    return f"""
    offices AS MATERIALIZED (
        SELECT city.id AS city_id, office.code, office.name_ar, office.name_en
        FROM registration_city AS city JOIN registration_office AS office ON office.region_id = city.region_id
    ),
    seed AS MATERIALIZED (SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) AS bytes),
    taken AS (
        INSERT INTO letters_series (name, year, last)
        SELECT offices.code, %(year)s, count(*)
        FROM {table} AS told
        JOIN offices ON offices.city_id = told.city_id
        GROUP BY offices.code
        ORDER BY offices.code
        ON CONFLICT (name, year) DO UPDATE SET last = letters_series.last + excluded.last
        RETURNING name, last
    )
"""  # noqa: S608  put together from constants


LETTER_COLUMNS = """
    id, kind, series, year, sequence, code, establishment, licence_number, wording_id, content, status,
    issued_at, pdf, sha256
"""

# Those of one office that are told the same are a group, whose wording is kept once.
ISSUE_LETTERS = f"""
    WITH {numbering("sweep_told")},
    groups AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('letters_wording', 'id')) AS id, told.*
        FROM (
            SELECT DISTINCT
                offices.code, offices.name_ar AS office, offices.name_en AS office_en,
                step_id, schedule_id, stage, amount, fined, due_on,
                CASE stage WHEN 'suspended' THEN authority_id END AS authority_id
            FROM sweep_told JOIN offices ON offices.city_id = sweep_told.city_id
        ) AS told
    ),
    worded AS (
        INSERT INTO letters_wording (id, content)
        SELECT
            told.id,
            jsonb_build_object(
                'paragraphs', to_jsonb(string_to_array(step.notice_ar, E'\n\n')),
                'paragraphs_en', to_jsonb(string_to_array(step.notice_en, E'\n\n')),
                'title', {by_stage(TITLES, "ar")},
                'title_en', {by_stage(TITLES, "en")},
                'office', told.office,
                'office_en', told.office_en,
                'rows', {COMMON_ROWS}
            ) || CASE WHEN told.stage = 'suspended' THEN jsonb_build_object(
                'addressee', authority.name_ar, 'addressee_en', authority.name_en
            ) ELSE '{{}}' END
        FROM groups AS told
        JOIN violations_step AS step ON step.id = told.step_id
        JOIN violations_schedule AS schedule ON schedule.id = told.schedule_id
        LEFT JOIN registration_authority AS authority ON authority.id = told.authority_id
    )
    INSERT INTO letters_letter ({LETTER_COLUMNS})
    SELECT
        told.letter_id,
        CASE WHEN told.amount > 0 THEN 'fine' WHEN told.stage = 'suspended'
            THEN 'suspension' ELSE 'warning' END,
        offices.code,
        %(year)s,
        taken.last + 1 - row_number() OVER (PARTITION BY offices.code ORDER BY told.case_id DESC),
        {LETTER_CODE},
        told.name_ar,
        told.licence_number,
        groups.id,
        jsonb_build_object('establishment_en', told.name_en, 'rows', {OWN_ROWS}),
        'valid',
        now(),
        '',
        ''
    FROM {with_random("sweep_told")} AS told
    JOIN offices ON offices.city_id = told.city_id
    JOIN taken ON taken.name = offices.code
    JOIN groups
        ON groups.code = offices.code AND groups.step_id = told.step_id AND groups.stage = told.stage
        AND groups.amount = told.amount AND groups.fined = told.fined
        AND groups.due_on IS NOT DISTINCT FROM told.due_on
        AND (groups.authority_id IS NULL OR groups.authority_id = told.authority_id)
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
        gen_random_uuid(), %(sms_kind)s, coalesce(owner.mobile, told.owner_mobile),
        coalesce(person.language, 'ar'), %(sms_urgency)s, about.id, told.notice_id,
        'queued', 0, now(), '', '', now()
    FROM sweep_told AS told
    JOIN django_content_type AS about ON about.app_label = 'violations' AND about.model = 'notice'
    LEFT JOIN registration_establishment AS establishment ON establishment.id = told.establishment_id
    LEFT JOIN registration_owner AS owner ON owner.id = coalesce(
        establishment.owner_id,
        (SELECT id FROM registration_owner WHERE national_id = told.owner_national_id)
    )
    LEFT JOIN accounts_user AS person ON person.id = owner.user_id
    WHERE coalesce(owner.mobile, told.owner_mobile) <> ''
"""

# The first %(limit)s of the table; with each how many there are, and how many suspended.
REPORT = """
    SELECT
        licence_number, old_stage, stage, amount, due_on,
        count(*) OVER (), count(*) FILTER (WHERE stage = 'suspended') OVER ()
    FROM sweep_told
    ORDER BY licence_number
    LIMIT %(limit)s
"""
