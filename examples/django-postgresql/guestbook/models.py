"""What the database holds."""

from django.db import models


class Entry(models.Model):
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)


class Stop(models.Model):
    """The end of one container's life, as its post_stop hook has seen it."""

    host = models.TextField()
    reason = models.TextField()
    status = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)
