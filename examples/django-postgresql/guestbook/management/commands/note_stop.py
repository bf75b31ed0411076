"""The post_stop hook: what the stop was, for those who come later."""

import os
import socket

from django.core.management.base import BaseCommand

from guestbook.models import Stop


class Command(BaseCommand):
    def handle(self, *_args: object, **_options: object) -> None:
        reason, status = os.environ["LIFEINIT_REASON"], int(os.environ["LIFEINIT_EXIT_CODE"])
        Stop.objects.create(host=socket.gethostname(), reason=reason, status=status)
