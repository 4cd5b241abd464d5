"""What is filled in on the way to an account."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def refuse_taken(value: str, account: User | None = None) -> None:
    """Refuse a user name or e-mail address that would sign somebody else in, in any case."""
    others = User.objects.filter(Q(username__iexact=value) | Q(email__iexact=value))
    if account is not None:
        others = others.exclude(pk=account.pk)
    if value and others.exists():
        raise ValidationError(_("Another account has this already."))


class SignInForm(LoginForm):  # type: ignore[misc]  # comes without types
    """allauth's, in this site's words, and without words in place of labels."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail address")
        self.fields["login"].widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "none",
            "autofocus": True,
        }
        del self.fields["password"].widget.attrs["placeholder"]


class NewPasswordForm(SetPasswordMixin, forms.Form):  # type: ignore[type-arg]  # in the stubs only
    """A new password, twice. ``account`` is whose it will be."""

    password1, password2 = SetPasswordMixin.create_password_fields(
        label1=gettext_lazy("Password"), label2=gettext_lazy("Password again")
    )

    def __init__(self, account: User, *args: Any, **kwargs: Any) -> None:
        self.account = account
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any] | None:
        self.validate_passwords("password1", "password2")
        self.validate_password_for_user(self.account, "password2")
        return super().clean()


class NewAccountForm(NewPasswordForm):
    """What somebody who was invited says of themselves."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        validators=[User.username_validator],
        help_text=gettext_lazy("Letters, digits and @ . + - _ only. You sign in with it."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("As your colleagues see it. It may be left out."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        help_text=gettext_lazy("To sign in with it too; nothing is sent to it."),
    )
    field_order = ("username", "name", "email", "password1", "password2")

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        refuse_taken(username)
        self.account.username = username
        return username

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        refuse_taken(email)
        self.account.email = email
        return email
