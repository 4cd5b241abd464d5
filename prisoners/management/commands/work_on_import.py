from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from prisoners.desk.importing.ahead import helped
from prisoners.desk.importing.process import ACTIONS, work
from prisoners.models import Import


class Command(BaseCommand):
    help = "Make the preview of an uploaded list, run it, or undo it. The desk starts this itself."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("action", choices=ACTIONS)
        parser.add_argument("--by", default="")
        parser.add_argument("--reason", default="")
        parser.add_argument("--language", default="en")

    def handle(self, *args: Any, **options: Any) -> None:
        one = Import.objects.filter(pk=options["number"]).first()
        if one is None:
            raise CommandError("There is no such import.")
        by = User.objects.filter(pk=options["by"]).first() if options["by"] else None
        with translation.override(options["language"]), helped():
            work(one=one, action=options["action"], by=by, reason=options["reason"])
