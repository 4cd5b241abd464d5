"""Accounts at the desk, for administrators: roles, invitations, signing out, lost factors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from prisoners.accounts.factors import FACTORS
from prisoners.accounts.forms import refuse_taken
from prisoners.admin.base import ModelAdmin
from prisoners.desk import accounts
from prisoners.models import Invitation, Role
from prisoners.models.accounts import ACCOUNTS, may

# Groups are roles, and what they may is decided in the code. The rest holds secrets, or is shown
# on the page of an account.
admin.site.unregister([Group, User, Authenticator, EmailAddress, UserSession])

View = Callable[..., HttpResponse]
LABELS: Final = dict(Role.choices)


def confirmed(view: View) -> View:
    """Ask who is signed in to confirm it first: a desk that is left open manages no accounts."""

    @wraps(view)
    def wrapped(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if did_recently_reauthenticate(request):
            return view(self, request, *args, **kwargs)
        way = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
        # What was sent is lost; the page that sent it opens after the confirmation.
        page = (
            request.path if request.method == "GET" else self.page_before(*args, *kwargs.values())
        )
        return HttpResponseRedirect(f"{way}?next={page}")

    return wrapped


class OfAdministrators(ModelAdmin):
    """What administrators alone see."""

    list_per_page = 50
    show_full_result_count = False
    empty_value_display = "—"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, ACCOUNTS)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del obj
        return may(request.user, ACCOUNTS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, ACCOUNTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del obj
        return may(request.user, ACCOUNTS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        del obj
        return may(request.user, ACCOUNTS)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def page_before(self, *args: Any) -> str:
        """Return the address of the page on which something was sent."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_%s"
        if args and args[0] is not None:
            return reverse(name % "change", args=[args[0]])
        return reverse(name % "changelist")

    def show_link(self, request: HttpRequest, secret: str, account: User | None) -> HttpResponse:
        """Show a link once, on this answer: nothing keeps it to show it again."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("A link to pass on"),
            "opts": self.opts,
            "account": account,
            "link": f"{settings.SITE_URL}{reverse('accept_invitation', args=[secret])}",
            "days": accounts.VALID_FOR.days,
            "back": self.page_before(account.pk if account else None),
        }
        return TemplateResponse(request, "admin/accounts/link.html", context)


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    class Meta:
        model = User
        fields = ("first_name", "email", "groups", "is_active")
        labels = {"first_name": gettext_lazy("Name"), "groups": gettext_lazy("Roles")}
        help_texts = {
            "groups": gettext_lazy(
                "A viewer reads everything; a researcher writes drafts, and reads what is "
                "restricted only as a viewer too; an editor publishes; an administrator does all "
                "that, and manages accounts."
            ),
            "is_active": gettext_lazy("Without it the account is signed out at once and for good."),
        }
        widgets = {"groups": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "groups" in self.fields:
            roles: Any = self.fields["groups"]
            roles.queryset = Group.objects.filter(name__in=Role.values)
            roles.label_from_instance = lambda group: LABELS[group.name]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        refuse_taken(email, self.instance)
        return email

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        others = accounts.administrators().exclude(pk=self.instance.pk)
        stays = self.cleaned_data.get("is_active") and any(
            group.name == Role.ADMINISTRATOR for group in self.cleaned_data.get("groups", ())
        )
        if not stays and not others.exists():
            raise ValidationError(
                _("Nobody else is an administrator: make somebody else one first.")
            )
        return cleaned


@admin.register(User)
class AccountAdmin(OfAdministrators):
    form = AccountForm
    list_display = ("username", "first_name", "roles", "has_factor", "last_login", "is_active")
    list_filter = ("is_active", "groups")
    search_fields = ("username", "first_name", "email")
    ordering = ("username",)
    readonly_fields = ("username", "has_factor", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "first_name", "email")}),
        (gettext_lazy("Who may"), {"fields": ("groups", "is_active")}),
        (
            gettext_lazy("Signing in"),
            {"fields": ("has_factor", "last_login", "date_joined")},
        ),
    )
    change_form_template = "admin/accounts/account.html"
    change_list_template = "admin/accounts/accounts.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody chooses somebody else's password: accounts come by invitation."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deleting an account would delete what it did from the history."""
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        factors = Authenticator.objects.filter(user=models.OuterRef("pk"), type__in=FACTORS)
        found = super().get_queryset(request).prefetch_related("groups")
        return found.annotate(factor=models.Exists(factors))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Accounts"), **(extra_context or {})})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the words that were written: of accounts they say what was done, and of nobody else.

        Of all else the log says only who did something and when; see ``prisoners.admin.logged``.
        """
        return super().history_view(
            request, object_id, {"shows_words": True, **(extra_context or {})}
        )

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, account: User) -> str:
        names = {group.name for group in account.groups.all()}
        return ", ".join(str(role.label) for role in Role if role in names)

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def has_factor(self, account: Any) -> bool:
        return bool(account.factor)

    @confirmed
    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().change_view(request, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not form.instance.is_active:
            accounts.sign_out(account=form.instance)

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: View) -> URLPattern:
            name = f"auth_user_{address.replace('-', '_')}"
            return path(
                f"<number:pk>/{address}/", self.admin_site.admin_view(require_POST(view)), name=name
            )

        return [
            route("sign-out", self.sign_out_view),
            route("new-password", self.new_password_view),
            route("reset-factor", self.reset_factor_view),
            *super().get_urls(),
        ]

    def _account(self, request: HttpRequest, pk: int) -> User:
        account = self.get_object(request, str(pk))
        if account is None or not self.has_change_permission(request, account):
            raise PermissionDenied
        return account  # type: ignore[no-any-return]  # comes without types

    @confirmed
    def sign_out_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = self._account(request, pk)
        with transaction.atomic():
            number = accounts.sign_out(account=account)
            accounts.log(account=account, by=_who(request), words=_("Signed out everywhere."))
        words = ngettext("%(number)s session ended.", "%(number)s sessions ended.", number)
        self.message_user(request, words % {"number": number}, messages.SUCCESS)
        return HttpResponseRedirect(self.page_before(pk))

    @confirmed
    def new_password_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = self._account(request, pk)
        secret = accounts.offer_new_password(
            account=account, made_by=_who(request), now=timezone.now()
        )
        return self.show_link(request, secret, account)

    @confirmed
    def reset_factor_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = self._account(request, pk)
        accounts.reset_factor(account=account, by=_who(request))
        words = _("%(account)s is signed out and sets up a second factor at the next sign-in.")
        self.message_user(request, words % {"account": account}, messages.SUCCESS)
        return HttpResponseRedirect(self.page_before(pk))


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=Role.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = Invitation
        fields = ("role", "for_whom")


@admin.register(Invitation)
class InvitationAdmin(OfAdministrators):
    form = InvitationForm
    list_display = ("__str__", "role", "made_by", "made_at", "expires_at", "used_at")
    list_select_related = ("made_by", "account")
    fields = ("role", "for_whom")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @confirmed
    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().add_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        secret = accounts.invite(
            role=obj.role, for_whom=obj.for_whom, made_by=_who(request), now=timezone.now()
        )
        request.secret = secret  # type: ignore[attr-defined]  # shown by response_add
        made = accounts.open_link(secret=secret, now=timezone.now())
        obj.__dict__.update(made.__dict__)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        return self.show_link(request, request.secret, None)  # type: ignore[attr-defined]  # set by us


def _who(request: HttpRequest) -> User:
    """Return who is signed in; the gate let nobody else in."""
    return cast(User, request.user)
