"""What an entry and a notice name is checked for all rows of a statement at once."""

from django.db import migrations, models
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger, RemoveTrigger

NO_DELETE = "RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;"


class Migration(migrations.Migration):
    # A database made before the tables came from one migration may have applied it under this name.
    replaces = [("violations", "0004_checked_at_once")]

    dependencies = [
        ("letters", "0001_tables"),
        ("violations", "0001_tables"),
    ]

    operations = [
        RemoveTrigger(model_name="ledgerentry", name="fine_is_sum_of_entries"),
        RemoveTrigger(model_name="ledgerentry", name="entry_is_linked"),
        migrations.AlterField(
            model_name="ledgerentry",
            name="case",
            field=models.ForeignKey(
                to="violations.case",
                on_delete=models.PROTECT,
                verbose_name="case",
                related_name="entries",
                db_constraint=False,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="letter",
            field=models.OneToOneField(
                to="letters.letter",
                on_delete=models.PROTECT,
                verbose_name="letter",
                blank=True,
                null=True,
                related_name="notice",
                db_constraint=False,
            ),
        ),
        AddTrigger(
            model_name="case",
            trigger=Trigger(
                name="case_never_deleted",
                sql=UpsertTriggerSql(
                    pgid="pgtrigger_case_never_deleted_82fad",
                    table="violations_case",
                    when="BEFORE",
                    operation="DELETE",
                    func=NO_DELETE,
                    hash="38b6fa2a4d87fbb6958815f3865a433a6bc43151",
                ),
            ),
        ),
        AddTrigger(
            model_name="ledgerentry",
            trigger=Trigger(
                name="entry_is_linked",
                sql=UpsertTriggerSql(
                    pgid="pgtrigger_entry_is_linked_3829c",
                    table="violations_ledgerentry",
                    when="AFTER",
                    operation="INSERT",
                    level="STATEMENT",
                    referencing="REFERENCING NEW TABLE AS new_entries ",
                    declare="DECLARE loose bigint; astray bigint; wrong bigint;",
                    func="""
                    -- Planned anew each time: a plan for the empty tables of the first day would be kept.
                    EXECUTE $query$ 
    SELECT
        min(entry.id) FILTER (
            WHERE entry.number < 1
               OR entry.previous_hash IS DISTINCT FROM CASE entry.number
                   WHEN 1 THEN decode(repeat('00', 32), 'hex')
                   ELSE (
                       SELECT earlier.hash FROM violations_ledgerentry AS earlier
                       WHERE earlier.account_id = entry.account_id AND earlier.number = entry.number - 1
                   )
               END
               OR CASE
                   WHEN entry.number < account.last_number THEN NOT EXISTS (
                       SELECT FROM violations_ledgerentry AS later
                       WHERE later.account_id = entry.account_id AND later.number = entry.number + 1
                   )
                   ELSE (entry.number, entry.hash) IS DISTINCT FROM (account.last_number, account.last_hash)
               END
        ),
        min(entry.id) FILTER (
            WHERE (entry.account_id, entry.licence_id)
                  IS DISTINCT FROM (concerned.account_id, concerned.licence_id)
               OR entry.notice_id IS NOT NULL AND notice.case_id IS DISTINCT FROM entry.case_id
               OR entry.letter_id IS DISTINCT FROM notice.letter_id
                  AND entry.letter_id IS NOT NULL
                  AND NOT EXISTS (SELECT FROM letters_letter WHERE letters_letter.id = entry.letter_id)
        ),
        min(entry.case_id) FILTER (
            WHERE CASE WHEN entry.is_last_of_case THEN concerned.fined <> (
                SELECT coalesce(sum(amount), 0)
                FROM violations_ledgerentry AS each
                WHERE each.case_id = entry.case_id AND kind IN ('assessment', 'raise', 'reduction', 'waiver')
            ) END
        )
    FROM (
        SELECT new_entries.*, lead(id) OVER (PARTITION BY case_id ORDER BY id) IS NULL AS is_last_of_case
        FROM new_entries
    ) AS entry
    LEFT JOIN LATERAL (
        SELECT account_id, licence_id, fined FROM violations_case WHERE id = entry.case_id OFFSET 0
    ) AS concerned ON true
    LEFT JOIN LATERAL (
        SELECT last_number, last_hash FROM violations_account WHERE id = entry.account_id OFFSET 0
    ) AS account ON true
    LEFT JOIN LATERAL (
        SELECT case_id, letter_id FROM violations_notice WHERE id = entry.notice_id OFFSET 0
    ) AS notice ON true
 $query$ INTO loose, astray, wrong;
                    IF loose IS NOT NULL THEN
                        RAISE check_violation USING
                            MESSAGE = format('Entry %s does not go on from the one before it.', loose),
                            CONSTRAINT = 'entry_is_linked';
                    END IF;
                    IF astray IS NOT NULL THEN
                        RAISE check_violation USING
                            MESSAGE = format('Entry %s names what is not of its case.', astray),
                            CONSTRAINT = 'entry_is_of_its_case';
                    END IF;
                    IF wrong IS NOT NULL THEN
                        RAISE check_violation USING
                            MESSAGE = format('The fine of case %s is not the sum of its entries.', wrong),
                            CONSTRAINT = 'fine_is_sum_of_entries';
                    END IF;
                    RETURN NULL;
                """,
                    hash="67d20f37079aaa6f3639759d46647a1bf4e621b9",
                ),
            ),
        ),
        AddTrigger(
            model_name="notice",
            trigger=Trigger(
                name="notice_has_its_letter",
                sql=UpsertTriggerSql(
                    pgid="pgtrigger_notice_has_its_letter_ecf18",
                    table="violations_notice",
                    when="AFTER",
                    operation="INSERT",
                    level="STATEMENT",
                    referencing="REFERENCING NEW TABLE AS new_notices ",
                    declare="DECLARE missing bigint;",
                    func="""
                    -- Planned anew each time: a plan for the empty tables of the first day would be kept.
                    EXECUTE $query$
                        SELECT min(notice.letter_id)
                        FROM new_notices AS notice
                        WHERE notice.letter_id IS NOT NULL AND (
                            SELECT letter.id FROM letters_letter AS letter WHERE letter.id = notice.letter_id
                        ) IS NULL
                    $query$ INTO missing;
                    IF missing IS NOT NULL THEN
                        
    RAISE foreign_key_violation USING
        MESSAGE = format('There is no letter %s.', missing), CONSTRAINT = 'notice_has_its_letter';

                    END IF;
                    RETURN NULL;
                """,
                    hash="668550a57ee20375cb020281b92c64163e30cda4",
                ),
            ),
        ),
        AddTrigger(
            model_name="notice",
            trigger=Trigger(
                name="notice_gets_its_letter",
                sql=UpsertTriggerSql(
                    pgid="pgtrigger_notice_gets_its_letter_1257a",
                    table="violations_notice",
                    when="BEFORE",
                    operation="UPDATE",
                    condition='WHEN (OLD."letter_id" IS DISTINCT FROM (NEW."letter_id"))',
                    func="""
                    IF NEW.letter_id IS NOT NULL
                       AND NOT EXISTS (SELECT FROM letters_letter WHERE letters_letter.id = NEW.letter_id)
                    THEN
                        
    RAISE foreign_key_violation USING
        MESSAGE = format('There is no letter %s.', NEW.letter_id), CONSTRAINT = 'notice_has_its_letter';

                    END IF;
                    RETURN NEW;
                """,
                    hash="d358ab56c5b8ee12c316241c03119e3ac2b2eba5",
                ),
            ),
        ),
    ]
