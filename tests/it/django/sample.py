import json
import warnings

from django.db import models

warnings.simplefilter("ignore")


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
    moment = models.DateTimeField()
    code = models.UUIDField()
    extra = models.JSONField(null=True, blank=True)
    state = models.CharField(max_length=5, choices=[("open", "Open"), ("done", "Done")])

    class Meta:
        app_label = "catalog"
        db_table = "catalog_sample"
