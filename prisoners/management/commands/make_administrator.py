from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from prisoners.desk import accounts


class Command(BaseCommand):
    help = (
        "Makes somebody an administrator of the desk, with a new account where there is none of "
        "that name, and prints a link that works once, to choose a password. It is in the history."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the user name to sign in with")

    def handle(self, *, name: str, **_options: Any) -> None:
        try:
            User.username_validator(name)
        except ValidationError as error:
            raise CommandError(f"“{name}” cannot be a user name: {error.messages[0]}") from error
        account, secret = accounts.make_administrator(name=name, now=timezone.now())
        path = reverse("accept_invitation", args=[secret])
        self.stdout.write(
            f"{account} is an administrator. To choose a password, and then a second factor:\n\n"
            f"  {settings.SITE_URL}{path}\n\n"
            f"The link works once, within {accounts.VALID_FOR.days} days. Whoever has it can use "
            "it: give it to nobody else."
        )
