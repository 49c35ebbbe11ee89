"""Cases closed because the licence is subscribed, and the suspension orders that this lifts."""

from shumoos.letters.notices import LABELS, LIFTED, LIFTING_TITLE
from violations.statements.telling import LETTER_CODE, LETTER_COLUMNS, next_key, numbering, row, text

# A licence is subscribed on a day when it, or its establishment, has a subscription that holds on it.
COMPLY = """
    WITH subscribed AS (
        SELECT licence_id AS id
        FROM activation_subscription
        WHERE status = 'active' AND period @> %(on)s::date AND licence_id IS NOT NULL
        UNION
        SELECT licence.id
        FROM activation_subscription AS subscription
        JOIN registration_licence AS licence ON licence.establishment_id = subscription.establishment_id
        WHERE subscription.status = 'active' AND subscription.period @> %(on)s::date
    ),
    complied AS (
        UPDATE violations_case
        SET stage = 'complied', closed_on = %(on)s, due_on = NULL, days_left = NULL,
            establishment_id = coalesce(violations_case.establishment_id, licence.establishment_id),
            less_amount = NULL, less_reason = '', less_by_id = NULL
        FROM subscribed
        JOIN violations_case AS before ON before.licence_id = subscribed.id
        JOIN registration_licence AS licence ON licence.id = subscribed.id
        WHERE before.kind = 'not_subscribed'
          AND before.closed_on IS NULL
          AND violations_case.id = before.id
          AND violations_case.closed_on IS NULL
          AND violations_case.opened_on <= %(on)s
        RETURNING licence.number, before.stage AS old
    )
    SELECT number, old, 'complied', 0::numeric(12, 2), NULL::date, count(*) OVER (), 0
    FROM complied
    ORDER BY number
    LIMIT %(limit)s
"""

# The orders in force of cases that are closed: all of them, or one case's.
FIND_LIFTED = f"""
    CREATE TEMPORARY TABLE sweep_lifted ON COMMIT DROP AS
    SELECT
        notice.id AS notice_id,
        notice.letter_id AS order_id,
        violations_case.licence_id,
        licence.city_id,
        {next_key("letters_letter")} AS letter_id
    FROM violations_notice AS notice
    JOIN violations_case ON violations_case.id = notice.case_id
    JOIN registration_licence AS licence ON licence.id = violations_case.licence_id
    WHERE notice.stage = 'suspended'
      AND notice.lifted_on IS NULL
      AND violations_case.closed_on IS NOT NULL
      AND (%(case)s::bigint IS NULL OR notice.case_id = %(case)s::bigint)
"""  # noqa: S608  put together from constants

ORDER = "former.series || '/' || former.year || '/' || lpad(former.sequence::text, 5, '0')"

TELL_AUTHORITIES = f"""
    WITH {numbering("(SELECT city_id, count(*) AS letters FROM sweep_lifted GROUP BY city_id)")}
    INSERT INTO letters_letter ({LETTER_COLUMNS})
    SELECT
        told.letter_id,
        'lifting',
        numbers.code,
        %(year)s,
        numbers.last + 1 - row_number() OVER (PARTITION BY numbers.code ORDER BY told.notice_id DESC),
        {LETTER_CODE},
        licence.name_ar,
        licence.number,
        NULL,
        jsonb_build_object(
            'title', {text(LIFTING_TITLE.ar)},
            'title_en', {text(LIFTING_TITLE.en)},
            'addressee', authority.name_ar,
            'addressee_en', authority.name_en,
            'office', numbers.name_ar,
            'office_en', numbers.name_en,
            'establishment_en', licence.name_en,
            'paragraphs', jsonb_build_array({", ".join(text(words.ar) for words in LIFTED)}),
            'paragraphs_en', jsonb_build_array({", ".join(text(words.en) for words in LIFTED)}),
            'rows', jsonb_build_array(
                {row(LABELS["establishment"], "licence.name_ar", "licence.name_en")},
                {row(LABELS["licence_number"], "licence.number")},
                {row(LABELS["order"], ORDER)},
                {row(LABELS["lifted_on"], "%(on)s::date")}
            )
        ),
        'valid',
        now(),
        '',
        ''
    FROM sweep_lifted AS told
    CROSS JOIN seed
    LEFT JOIN letters_letter AS former ON former.id = told.order_id
    JOIN registration_licence AS licence ON licence.id = told.licence_id
    JOIN registration_authority AS authority ON authority.id = licence.authority_id
    JOIN numbers ON numbers.city_id = told.city_id
"""  # noqa: S608  put together from constants

# The order's letter is superseded by the one that lifts it.
LIFT = """
    WITH lifted AS (
        UPDATE violations_notice AS notice
        SET lifted_on = greatest(%(on)s::date, notice.issued_on), lifting_letter_id = sweep_lifted.letter_id
        FROM sweep_lifted
        WHERE notice.id = sweep_lifted.notice_id
    ),
    superseded AS (
        UPDATE letters_letter AS letter
        SET status = 'superseded', replaced_by_id = sweep_lifted.letter_id
        FROM sweep_lifted
        WHERE letter.id = sweep_lifted.order_id AND letter.status = 'valid'
        RETURNING letter.id
    )
    INSERT INTO letters_letterevent (letter_id, old, new, reason, at)
    SELECT id, 'valid', 'superseded', '', now() FROM superseded
"""
