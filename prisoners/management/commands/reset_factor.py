from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from prisoners.desk import accounts


class Command(BaseCommand):
    help = (
        "Forgets the second factors and recovery codes of somebody who lost them, and signs them "
        "out everywhere. They sign in with their password and set up new ones. It is in the "
        "history."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the user name")

    def handle(self, *, name: str, **_options: Any) -> None:
        account = User.objects.filter(username=name).first()
        if account is None:
            known = ", ".join(User.objects.order_by("username").values_list("username", flat=True))
            raise CommandError(f"There is no account “{name}”. There are: {known or 'none'}.")
        number = accounts.reset_factor(account=account, by=None)
        self.stdout.write(
            f"{account} has no second factor any more ({number} forgotten) and is signed out. "
            "A new one is set up after the next sign-in."
        )
