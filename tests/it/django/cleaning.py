import json
import warnings

from django import forms
from django.db import models

warnings.simplefilter("ignore")
OURS = json.loads(OURS)


class Sample(models.Model):
    name = models.CharField(max_length=10)
    nickname = models.CharField(max_length=10, blank=True)
    label = models.SlugField(max_length=20)
    email = models.EmailField(max_length=40)
    site = models.URLField(max_length=60)
    notes = models.TextField(blank=True)
    count = models.IntegerField()
    small = models.SmallIntegerField(null=True, blank=True)
    big = models.BigIntegerField(null=True, blank=True)
    stock = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=6, decimal_places=2)
    share = models.DecimalField(max_digits=3, decimal_places=3, null=True, blank=True)
    weight = models.FloatField()
    is_open = models.BooleanField()
    is_known = models.BooleanField(null=True, blank=True)
    day = models.DateField()
    hour = models.TimeField()
    code = models.UUIDField()
    extra = models.JSONField(null=True, blank=True)
    state = models.CharField(max_length=5, choices=[("open", "Open"), ("done", "Done")])

    class Meta:
        app_label = "catalog"


class SampleForm(forms.ModelForm):
    moment = forms.SplitDateTimeField()

    class Meta:
        model = Sample
        fields = "__all__"


def cleaned(name, texts):
    names = [f"{name}_{at}" for at in range(len(texts))] if name == "moment" else [name]
    form = SampleForm(dict(zip(names, texts)))
    form.is_valid()
    if name in form.errors:
        return {"errors": form.errors[name]}
    value = form.cleaned_data[name]
    if name in ("extra", "weight"):
        return {"value": value}
    if name in ("price", "share"):
        # The same number without an exponent, and without the sign of zero.
        value = None if value is None else format(value + 0, "f")
    if name == "moment":
        value = value.replace(tzinfo=None)
    return {"value": "" if value is None else str(value)}


print(json.dumps([cleaned(name, texts) for name, texts in OURS]))
