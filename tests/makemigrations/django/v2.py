from django.contrib.auth.models import User
from django.db import models


class Label(models.Model):
    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=50)


class Author(models.Model):
    full_name = models.CharField(max_length=100, unique=True)
    email = models.EmailField(default="")
    born = models.DateField(null=True, blank=True, db_index=True)
    account = models.OneToOneField(User, models.SET_NULL, null=True, blank=True)
    country = models.CharField(max_length=2, default="FR")
    note = models.TextField(null=True, blank=True)


class Publisher(models.Model):
    name = models.CharField(max_length=80)


class Book(models.Model):
    title = models.CharField(max_length=300)
    slug = models.SlugField(max_length=50)
    shelf_mark = models.CharField(max_length=30)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    pages = models.IntegerField()
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    published = models.BooleanField(default=False)
    extra = models.JSONField(default=dict)
    code = models.UUIDField(unique=True)
    summary = models.TextField()
    weight = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField()
    opens = models.TimeField(null=True, blank=True)
    author = models.ForeignKey(Author, models.CASCADE)
    publisher = models.ForeignKey(Publisher, models.SET_NULL, null=True, blank=True)
    sequel = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)
    tags = models.ManyToManyField(Label)
    fans = models.ManyToManyField(User, blank=True)

    class Meta:
        unique_together = [("author", "slug")]
        indexes = [
            models.Index(fields=["published", "-title"], name="published_title"),
            models.Index(fields=["rating"]),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(pages__gte=models.F("rating")), name="as_many_pages_as_stars"),
        ]
