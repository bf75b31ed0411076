"""Django's `migrate`, one at a time: containers that start together wait for the first, and then find nothing to do."""

from django.core.management.commands import migrate
from django.db import connections

_LOCK = 0x6C696665  # any number, the same in all containers


class Command(migrate.Command):
    def handle(self, *args: object, **options: object) -> None:
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            # PostgreSQL gives the lock up with the connection: also when this process is killed.
            super().handle(*args, **options)
