"""Where a chain ends is kept beside the accounts, for those that have entries."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('violations', '0005_fines_with_entries'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChainEnd',
            fields=[
                ('account', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='end', serialize=False, to='violations.account', verbose_name='account')),
                ('number', models.PositiveIntegerField(default=0, editable=False, verbose_name='number')),
                ('hash', models.BinaryField(default=b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00')),
            ],
            options={
                'verbose_name': 'end of an account',
                'verbose_name_plural': 'ends of accounts',
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE violations_account RESET (fillfactor)",
            "ALTER TABLE violations_account SET (fillfactor = 80)",
        ),
        # Each entry moves its end on; with room beside it, no index has to follow.
        migrations.RunSQL(
            "ALTER TABLE violations_chainend SET (fillfactor = 80)",
            "ALTER TABLE violations_chainend RESET (fillfactor)",
        ),
        migrations.RunSQL(
            """
            INSERT INTO violations_chainend (account_id, number, hash)
            SELECT id, last_number, last_hash FROM violations_account WHERE last_number > 0
            """,
            """
            UPDATE violations_account SET last_number = number, last_hash = hash
            FROM violations_chainend WHERE account_id = violations_account.id
            """,
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='ledgerentry',
            name='entry_is_linked',
        ),
        migrations.RemoveField(
            model_name='account',
            name='last_hash',
        ),
        migrations.RemoveField(
            model_name='account',
            name='last_number',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ledgerentry',
            trigger=pgtrigger.compiler.Trigger(name='entry_is_linked', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE loose bigint; astray bigint; wrong bigint;', func="\n                    -- Planned anew each time: a plan for the empty tables of the first day would be kept.\n                    EXECUTE $query$ \n    SELECT\n        min(entry.id) FILTER (\n            WHERE entry.number < 1\n               OR entry.previous_hash IS DISTINCT FROM CASE entry.number\n                   WHEN 1 THEN decode(repeat('00', 32), 'hex')\n                   ELSE (\n                       SELECT earlier.hash FROM violations_ledgerentry AS earlier\n                       WHERE earlier.account_id = entry.account_id AND earlier.number = entry.number - 1\n                   )\n               END\n               OR CASE\n                   WHEN entry.number < chain_end.number THEN NOT EXISTS (\n                       SELECT FROM violations_ledgerentry AS later\n                       WHERE later.account_id = entry.account_id AND later.number = entry.number + 1\n                   )\n                   ELSE (entry.number, entry.hash) IS DISTINCT FROM (chain_end.number, chain_end.hash)\n               END\n        ),\n        min(entry.id) FILTER (\n            WHERE (entry.account_id, entry.licence_id)\n                  IS DISTINCT FROM (concerned.account_id, concerned.licence_id)\n               OR entry.notice_id IS NOT NULL AND notice.case_id IS DISTINCT FROM entry.case_id\n               OR entry.letter_id IS DISTINCT FROM notice.letter_id\n                  AND entry.letter_id IS NOT NULL\n                  AND NOT EXISTS (SELECT FROM letters_letter WHERE letters_letter.id = entry.letter_id)\n        ),\n        min(entry.case_id) FILTER (\n            WHERE CASE WHEN entry.is_last_of_case THEN concerned.fined <> (\n                SELECT coalesce(sum(amount), 0)\n                FROM violations_ledgerentry AS each\n                WHERE each.case_id = entry.case_id AND kind IN ('assessment', 'raise', 'reduction', 'waiver')\n            ) END\n        )\n    FROM (\n        SELECT new_entries.*, lead(id) OVER (PARTITION BY case_id ORDER BY id) IS NULL AS is_last_of_case\n        FROM new_entries\n    ) AS entry\n    LEFT JOIN LATERAL (\n        SELECT account_id, licence_id, fined FROM violations_case WHERE id = entry.case_id OFFSET 0\n    ) AS concerned ON true\n    LEFT JOIN LATERAL (\n        SELECT number, hash FROM violations_chainend WHERE account_id = entry.account_id OFFSET 0\n    ) AS chain_end ON true\n    LEFT JOIN LATERAL (\n        SELECT case_id, letter_id FROM violations_notice WHERE id = entry.notice_id OFFSET 0\n    ) AS notice ON true\n $query$ INTO loose, astray, wrong;\n                    IF loose IS NOT NULL THEN\n                        RAISE check_violation USING\n                            MESSAGE = format('Entry %s does not go on from the one before it.', loose),\n                            CONSTRAINT = 'entry_is_linked';\n                    END IF;\n                    IF astray IS NOT NULL THEN\n                        RAISE check_violation USING\n                            MESSAGE = format('Entry %s names what is not of its case.', astray),\n                            CONSTRAINT = 'entry_is_of_its_case';\n                    END IF;\n                    IF wrong IS NOT NULL THEN\n                        RAISE check_violation USING\n                            MESSAGE = format('The fine of case %s is not the sum of its entries.', wrong),\n                            CONSTRAINT = 'fine_is_sum_of_entries';\n                    END IF;\n                    RETURN NULL;\n                ", hash='9f851f5792e097ca2d34a63f431d65212d731b96', level='STATEMENT', operation='INSERT', pgid='pgtrigger_entry_is_linked_3829c', referencing='REFERENCING NEW TABLE AS new_entries ', table='violations_ledgerentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='chainend',
            trigger=pgtrigger.compiler.Trigger(name='end_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ed9c395a36c5666b5ec6f1a4c674b5b65cec8cba', operation='DELETE', pgid='pgtrigger_end_never_deleted_e3a06', table='violations_chainend', when='BEFORE')),
        ),
    ]
