from django.contrib.auth.models import User
from django.db import models


class Tag(models.Model):
    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=50)


class Author(models.Model):
    name = models.CharField(max_length=100, unique=True)
    email = models.EmailField(null=True, blank=True)
    born = models.DateField(null=True, blank=True)
    account = models.OneToOneField(User, models.SET_NULL, null=True, blank=True)


class Notice(models.Model):
    text = models.TextField()


class Book(models.Model):
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=50, unique=True)
    shelf_mark = models.SlugField(max_length=30)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    pages = models.PositiveIntegerField()
    rating = models.SmallIntegerField(null=True, blank=True)
    published = models.BooleanField(default=False)
    extra = models.JSONField(default=dict)
    code = models.UUIDField()
    summary = models.TextField(db_index=True)
    weight = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField()
    opens = models.TimeField(null=True, blank=True)
    author = models.ForeignKey(Author, models.CASCADE)
    editor = models.ForeignKey(Author, models.SET_NULL, null=True, blank=True, related_name="edited")
    sequel = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)
    tags = models.ManyToManyField(Tag)
    readers = models.ManyToManyField(User, blank=True)

    class Meta:
        unique_together = [("author", "title")]
        indexes = [
            models.Index(fields=["published", "-title"]),
            models.Index(fields=["pages"], name="many_pages", condition=models.Q(published=True)),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(pages__gt=models.F("rating")), name="more_pages_than_stars"),
            models.UniqueConstraint(fields=["code"], name="code_is_unique"),
            models.UniqueConstraint(
                fields=["shelf_mark"], name="one_published_mark", condition=models.Q(published=True)
            ),
        ]
