"""What everybody in `sweep_told` is told: a numbered letter, a notice and a text."""

from shumoos.letters.models import CODE_LENGTH, OWN
from shumoos.letters.notices import LABELS, PAUSED, TITLES, Label, Words


def next_key(table: str) -> str:
    """Return the expression for the next key of a table, whose sequence is looked for once a statement."""
    return f"nextval((SELECT pg_get_serial_sequence('{table}', 'id')::regclass))"


# What a row of `sweep_told` has of its licence, and the keys of what it will be told.
OF_LICENCE = f"""
    licence.id AS licence_id,
    licence.number AS licence_number,
    licence.name_ar,
    licence.name_en,
    licence.city_id,
    licence.authority_id,
    licence.establishment_id,
    licence.owner_national_id,
    licence.owner_mobile,
    {next_key("violations_notice")} AS notice_id,
    {next_key("letters_letter")} AS letter_id
"""

# To the end of the transaction: room for tables that are joined whole, pages as cheap as they are in memory,
# so that few rows among many are looked up, no compiling of what runs once, and statistics of a sample: how
# many there are is nearly all that is wanted of them.
PLAN_FOR_MANY = """
    SELECT
        set_config('work_mem', '64MB', true),
        set_config('seq_page_cost', '0.2', true),
        set_config('random_page_cost', '0.2', true),
        set_config('jit', 'off', true),
        set_config('default_statistics_target', '10', true)
"""
DROP = "DROP TABLE IF EXISTS sweep_told"
# Of what it is joined and grouped by.
ANALYZE = """
    ANALYZE sweep_told (
        case_id, account_id, licence_id, establishment_id, city_id, authority_id, schedule_id, step_id, stage,
        amount, fined, due_on
    )
"""

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


# Of random bytes that are made for the statement and kept nowhere, for each key other ones that nobody can
# guess: making them anew for each takes ten times as long.
SEED = "SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) AS bytes"


def random_of(key: str, length: int) -> str:
    """Return so many random bytes, for the key of a row that stands beside `seed`."""
    return f"substring(sha256(seed.bytes || int8send({key})) FOR {length})"


# Six random bits a character (78 in all, because some characters stand for two of the sixty-four and four of
# them for three): letters are made capitals, and what is not in the alphabet of codes becomes a digit.
RANDOM_CODE = f"encode({random_of('told.letter_id', CODE_LENGTH * 6 // 8)}, 'base64')"
LETTER_CODE = f"translate(upper({RANDOM_CODE}), '01+/ILOU', '23456789')"

# The bill of a case: 7, its key in eleven digits, and two check digits, in groups as people read it;
# `violations.bills` says the same.
BILL = "((7 * 10::bigint ^ 11)::bigint + told.case_id) * 100"
SHOWN_BILL = f"to_char({BILL} + 98 - ({BILL}) %% 97, 'FM0000-0000-0000-00')"

# What a letter says for itself: all else is in its columns, or in common with the others of its group.
HAS_BILL = "told.fined > 0 AND told.stage <> 'suspended'"
OWN_CONTENT = f"""
    CASE WHEN {HAS_BILL} THEN jsonb_build_object('establishment_en', told.name_en, 'bill', {SHOWN_BILL})
    ELSE jsonb_build_object('establishment_en', told.name_en) END
"""


def own(name: str) -> str:
    """Return the cell of a wording's row in which each of its letters has something of its own."""
    return f"jsonb_build_object('{OWN}', '{name}')"


COMMON_ROWS = f"""
    jsonb_build_array(
        {row(LABELS["establishment"], own("establishment"), own("establishment_en"))},
        {row(LABELS["licence_number"], own("licence_number"))}
    )
    || CASE WHEN {HAS_BILL} THEN jsonb_build_array({row(LABELS["bill"], own("bill"))}) ELSE '[]' END
    || jsonb_build_array({row(LABELS["noticed_on"], "%(on)s::date")})
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
    """Return the parts of a statement that take numbers for letters, as many as a table says.

    A row has its `city_id`, and in `letters` how many; `numbers` has the office of each city and the last
    number of its series, `seed` what the letters' codes are made of.
    """
    return f"""
    offices AS MATERIALIZED (
        SELECT city.id AS city_id, office.code, office.name_ar, office.name_en
        FROM registration_city AS city JOIN registration_office AS office ON office.region_id = city.region_id
    ),
    seed AS MATERIALIZED ({SEED}),
    taken AS (
        INSERT INTO letters_series (name, year, last)
        SELECT offices.code, %(year)s, sum(counted.letters)
        FROM {table} AS counted
        JOIN offices ON offices.city_id = counted.city_id
        GROUP BY offices.code
        ORDER BY offices.code
        ON CONFLICT (name, year) DO UPDATE SET last = letters_series.last + excluded.last
        RETURNING name, last
    ),
    -- As a table of its own, so that nobody expects one letter and looks through all series for each.
    numbers AS MATERIALIZED (
        SELECT offices.*, taken.last FROM offices JOIN taken ON taken.name = offices.code
    )
"""  # noqa: S608  put together from constants


LETTER_COLUMNS = """
    id, kind, series, year, sequence, code, establishment, licence_number, wording_id, content, status,
    issued_at, pdf, sha256
"""

# Those of one office that are told the same are a group, whose wording is kept once.
ISSUE_LETTERS = f"""
    WITH counted AS MATERIALIZED (
        SELECT
            city_id, step_id, amount, fined, due_on,
            CASE stage WHEN 'suspended' THEN authority_id END AS authority_id,
            count(*) AS letters
        FROM sweep_told
        GROUP BY 1, 2, 3, 4, 5, 6
    ),
    {numbering("counted")},
    groups AS MATERIALIZED (
        SELECT {next_key("letters_wording")} AS id, told.*
        FROM (
            SELECT DISTINCT
                offices.code, offices.name_ar AS office, offices.name_en AS office_en,
                step_id, step.schedule_id, step.stage, amount, fined, due_on, authority_id
            FROM counted
            JOIN offices ON offices.city_id = counted.city_id
            JOIN violations_step AS step ON step.id = counted.step_id
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
    ),
    shares AS MATERIALIZED (
        SELECT counted.*, numbers.code, numbers.last, groups.id AS wording_id
        FROM counted
        JOIN numbers ON numbers.city_id = counted.city_id
        JOIN groups
            ON groups.code = numbers.code AND groups.step_id = counted.step_id
            AND groups.amount = counted.amount AND groups.fined = counted.fined
            AND groups.due_on IS NOT DISTINCT FROM counted.due_on
            AND groups.authority_id IS NOT DISTINCT FROM counted.authority_id
    )
    INSERT INTO letters_letter ({LETTER_COLUMNS})
    SELECT
        told.letter_id,
        CASE WHEN told.amount > 0 THEN 'fine' WHEN told.stage = 'suspended'
            THEN 'suspension' ELSE 'warning' END,
        shares.code,
        %(year)s,
        shares.last + 1 - row_number() OVER (PARTITION BY shares.code ORDER BY told.case_id DESC),
        {LETTER_CODE},
        told.name_ar,
        told.licence_number,
        shares.wording_id,
        {OWN_CONTENT},
        'valid',
        now(),
        '',
        ''
    FROM sweep_told AS told
    CROSS JOIN seed
    JOIN shares
        ON shares.city_id = told.city_id AND shares.step_id = told.step_id
        AND shares.amount = told.amount AND shares.fined = told.fined
        AND shares.due_on IS NOT DISTINCT FROM told.due_on
        AND (shares.authority_id IS NULL OR shares.authority_id = told.authority_id)
"""  # noqa: S608  put together from constants

ISSUE_NOTICES = """
    INSERT INTO violations_notice (id, case_id, stage, issued_on, due_on, amount, by_id, letter_id)
    SELECT notice_id, case_id, stage, %(on)s, due_on, amount, by_id, letter_id FROM sweep_told
"""

# To the owner, to the mobile and in the language of their account where there is one, else to the mobile that
# the authority's register has.
QUEUE_TEXTS = f"""
    WITH seed AS MATERIALIZED ({SEED})
    INSERT INTO sms_textmessage (
        id, kind, "to", language, urgency, about_type_id, about_id,
        status, attempts, next_try_at, sid, error, queued_at
    )
    SELECT
        encode({random_of("told.notice_id", 16)}, 'hex')::uuid, %(sms_kind)s,
        coalesce(owner.mobile, told.owner_mobile),
        coalesce(person.language, 'ar'), %(sms_urgency)s, about.id, told.notice_id,
        'queued', 0, now(), '', '', now()
    FROM sweep_told AS told
    CROSS JOIN seed
    JOIN django_content_type AS about ON about.app_label = 'violations' AND about.model = 'notice'
    LEFT JOIN registration_establishment AS establishment ON establishment.id = told.establishment_id
    LEFT JOIN registration_owner AS owner ON owner.id = coalesce(
        establishment.owner_id,
        (SELECT id FROM registration_owner WHERE national_id = told.owner_national_id)
    )
    LEFT JOIN accounts_user AS person ON person.id = owner.user_id
    WHERE coalesce(owner.mobile, told.owner_mobile) <> ''
"""  # noqa: S608  put together from constants

# The first %(limit)s of the table; with each how many there are, and how many suspended.
REPORT = """
    SELECT
        licence_number, old_stage, stage, amount, due_on,
        (SELECT count(*) FROM sweep_told), (SELECT count(*) FROM sweep_told WHERE stage = 'suspended')
    FROM sweep_told
    ORDER BY licence_number
    LIMIT %(limit)s
"""
