"""Names are folded with a short table where it does: the database makes the column and its index anew."""

import django.db.models.functions.text
import django.db.models.lookups
import django.contrib.postgres.indexes
from django.db import migrations, models

# One column on each of three tables.
FOLDED = models.GeneratedField(db_persist=True, expression=models.Func(models.Func(models.Func(models.Func(models.Case(models.When(django.db.models.lookups.Regex(django.db.models.functions.text.Concat(models.F('name_ar'), models.Value(' '), models.F('name_en')), models.Value('[^\\u0020-\\u007e\\u0621-\\u0652]')), then=models.Func(django.db.models.functions.text.Concat(models.F('name_ar'), models.Value(' '), models.F('name_en')), models.Value('أإآٱؤئىیېةۀہەھکﻵﻶﻷﻸﻹﻺﻻﻼ\t\n\x0b\x0c\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦĨĩĪīĬĭĮįİĲĴĵĶķĹĺĻļĽľĿŁŃńŅņŇňŊŌōŎŏŐőŒŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž٠۰١۱٢۲٣۳٤۴٥۵٦۶٧۷٨۸٩۹ﺁﺂﺃﺄﺅﺆﺇﺈﺉﺊﺋﺌﺍﺎﺏﺐﺑﺒﺓﺔﺕﺖﺗﺘﺙﺚﺛﺜﺝﺞﺟﺠﺡﺢﺣﺤﺥﺦﺧﺨﺩﺪﺫﺬﺭﺮﺯﺰﺱﺲﺳﺴﺵﺶﺷﺸﺹﺺﺻﺼﺽﺾﺿﻀﻁﻂﻃﻄﻅﻆﻇﻈﻉﻊﻋﻌﻍﻎﻏﻐﻑﻒﻓﻔﻕﻖﻗﻘﻙﻚﻛﻜﻝﻞﻟﻠﻡﻢﻣﻤﻥﻦﻧﻨﻩﻪﻫﻬﻭﻮﻯﻰﻱﻲﻳﻴ'), models.Value('ااااوييييهههههكﻼﻼﻼﻼﻼﻼﻼﻼ                        abcdefghijklmnopqrstuvwxyzaaaaaaæceeeeiiiiðnoooooøuuuuyþaaaaaaceeeeiiiinooooouuuuyyaaaaaaccccccccddđeeeeeeeeeegggggggghhħiiiiiiiiiĳjjkkllllllŀłnnnnnnŋooooooœrrrrrrssssssssttttŧuuuuuuuuuuuuwwyyyzzzzzz00112233445566778899ااااووااييييااببببههتتتتثثثثججججححححخخخخددذذررززسسسسششششصصصصضضضضططططظظظظععععغغغغففففققققككككللللممممننننههههوويييييي'), function='translate', output_field=models.TextField())), default=models.Func(django.db.models.functions.text.Lower(django.db.models.functions.comparison.Collate(django.db.models.functions.text.Concat(models.F('name_ar'), models.Value(' '), models.F('name_en')), 'C')), models.Value('أإآؤئىة'), models.Value('اااوييه'), function='translate', output_field=models.TextField())), models.Value('[\\u00ad\\u0300-\\u036f\\u0610-\\u061a\\u061c\\u0621\\u0640\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufe70-\\ufe80\\ufeff]'), models.Value(''), models.Value('g'), function='regexp_replace'), models.Value('ﻼ'), models.Value('لا'), function='replace'), models.Value(' +'), models.Value(' '), models.Value('g'), function='regexp_replace'), models.Value(' '), function='btrim', output_field=models.TextField()), output_field=models.TextField())


def made_anew(model: str) -> list:
    index = django.contrib.postgres.indexes.GinIndex(
        fields=["folded_names"], name=f"{model}_names", opclasses=["gin_trgm_ops"]
    )
    return [
        migrations.RemoveIndex(model_name=model, name=index.name),
        migrations.RemoveField(model_name=model, name="folded_names"),
        migrations.AddField(model_name=model, name="folded_names", field=FOLDED.clone()),
        migrations.AddIndex(model_name=model, index=index),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ("registration", "0007_flag_code"),
    ]

    operations = [
        *made_anew("application"),
        *made_anew("establishment"),
        *made_anew("licence"),
    ]
