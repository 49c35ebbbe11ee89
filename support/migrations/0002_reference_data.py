"""What tickets are about and how soon they are answered becomes data; its first rows are needed at once,
because the tickets there are refer to them."""

from django.db import migrations, models
import django.core.validators
import django.db.models.deletion

from support.reference import load_reference_data


def load(apps, schema_editor):
    load_reference_data(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('support', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('kind', models.CharField(choices=[('technical', 'Technical'), ('administrative', 'Administrative')], max_length=15, verbose_name='kind')),
                ('order', models.PositiveSmallIntegerField(default=100, verbose_name='order')),
                ('is_offered', models.BooleanField(default=True, help_text="Otherwise it is for old tickets and for the portal's own.", verbose_name='offered')),
            ],
            options={
                'verbose_name': 'category of tickets',
                'verbose_name_plural': 'categories of tickets',
                'ordering': ['order', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Macro',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('title_ar', models.CharField(max_length=100, verbose_name='title in Arabic')),
                ('title_en', models.CharField(max_length=100, verbose_name='title in English')),
                ('words_ar', models.TextField(max_length=2000, verbose_name='words in Arabic')),
                ('words_en', models.TextField(max_length=2000, verbose_name='words in English')),
                ('is_offered', models.BooleanField(default=True, verbose_name='offered')),
            ],
            options={
                'verbose_name': 'usual answer',
                'verbose_name_plural': 'usual answers',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Priority',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('level', models.PositiveSmallIntegerField(help_text='1 is the most urgent; a late ticket moves towards it.', unique=True, verbose_name='level')),
                ('hours', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='hours to answer in')),
            ],
            options={
                'verbose_name': 'priority',
                'verbose_name_plural': 'priorities',
                'ordering': ['level'],
            },
        ),
        migrations.AddConstraint(
            model_name='priority',
            constraint=models.CheckConstraint(condition=models.Q(('hours__gte', 1)), name='priority_gives_an_hour'),
        ),
        migrations.AddField(
            model_name='category',
            name='priority',
            field=models.ForeignKey(db_column='priority', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='support.priority', to_field='code', verbose_name='usual priority'),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
