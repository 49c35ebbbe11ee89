"""The fine of a case changes with its entries only; an annulled case has no window."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registration', '0001_tables'),
        ('violations', '0004_days_by_range'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='case',
            name='case_windows_do_not_overlap',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='case',
            trigger=pgtrigger.compiler.Trigger(name='case_opened_with_entries', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.fined <> 0)', constraint='CONSTRAINT', func="\n    IF (SELECT fined FROM violations_case WHERE id = NEW.id) <> (\n        SELECT coalesce(sum(amount), 0)\n        FROM violations_ledgerentry\n        WHERE case_id = NEW.id AND kind IN ('assessment', 'raise', 'reduction', 'waiver')\n    ) THEN\n        RAISE check_violation USING\n            MESSAGE = format('The fine of case %s is not the sum of its entries.', NEW.id),\n            CONSTRAINT = 'fine_is_sum_of_entries';\n    END IF;\n    RETURN NULL;\n", hash='6cc3036125a1378c1afa8ef1fb2999c908cf3c2b', operation='INSERT', pgid='pgtrigger_case_opened_with_entries_9c543', table='violations_case', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='case',
            trigger=pgtrigger.compiler.Trigger(name='case_fined_with_entries', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.fined <> NEW.fined AND NEW.position <= OLD.position)', constraint='CONSTRAINT', func="\n    IF (SELECT fined FROM violations_case WHERE id = NEW.id) <> (\n        SELECT coalesce(sum(amount), 0)\n        FROM violations_ledgerentry\n        WHERE case_id = NEW.id AND kind IN ('assessment', 'raise', 'reduction', 'waiver')\n    ) THEN\n        RAISE check_violation USING\n            MESSAGE = format('The fine of case %s is not the sum of its entries.', NEW.id),\n            CONSTRAINT = 'fine_is_sum_of_entries';\n    END IF;\n    RETURN NULL;\n", hash='054a6452b5449f00ea49348cfd1101746e084b60', operation='UPDATE OF "fined"', pgid='pgtrigger_case_fined_with_entries_9ade4', table='violations_case', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('kind', 'inaccurate_data'), models.Q(('stage', 'annulled'), _negated=True)), expressions=[('establishment', '='), (models.Func(models.F('opened_on'), models.F('window_ends_on'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='case_windows_do_not_overlap', violation_error_message='The windows of two cases of one establishment cannot overlap.'),
        ),
    ]
