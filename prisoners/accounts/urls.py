"""The addresses of one's own account, all under the desk's, with the names that allauth asks for.

allauth's own list is not taken as a whole: it has pages for signing up and for e-mail.
"""

from __future__ import annotations

from allauth.account.views import account_inactive, login, logout, password_change, reauthenticate
from allauth.mfa.base.views import authenticate
from allauth.mfa.base.views import reauthenticate as reauthenticate_by_code
from allauth.mfa.recovery_codes.views import generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.views import deactivate_totp
from allauth.mfa.webauthn.views import (
    edit_webauthn,
    reauthenticate_webauthn,
    remove_webauthn,
)
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.generic import RedirectView

from prisoners.accounts import views

urlpatterns = [
    path("", views.AccountView.as_view(), name="mfa_index"),
    path("sign-in/", login, name="account_login"),
    path("sign-in/code/", authenticate, name="mfa_authenticate"),
    path("sign-out/", logout, name="account_logout"),
    path("inactive/", account_inactive, name="account_inactive"),
    path("link/<str:secret>/", views.accept_invitation, name="accept_invitation"),
    path("confirm/", reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", reauthenticate_by_code, name="mfa_reauthenticate"),
    path("confirm/passkey/", reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("password/", login_required(password_change), name="account_change_password"),
    path("authenticator/", views.SetUpAuthenticatorView.as_view(), name="mfa_activate_totp"),
    path("authenticator/remove/", deactivate_totp, name="mfa_deactivate_totp"),
    path("passkeys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("passkeys/add/", views.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("passkeys/<number:pk>/rename/", edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<number:pk>/remove/", remove_webauthn, name="mfa_remove_webauthn"),
    path("recovery-codes/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("sessions/", views.sessions, name="usersessions_list"),
    path("sessions/<number:pk>/end/", views.end_session, name="end_session"),
    path("sessions/end-all/", views.end_all_sessions, name="end_all_sessions"),
]
