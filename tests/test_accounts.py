"""Getting in to the desk: a second factor for all of it, limits, sessions, invitations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, sync_playwright

from prisoners.desk import accounts
from prisoners.models import Attempt, Invitation, Role
from tests.addresses import ADMIN, filled, routes
from tests.desk import PASSWORD, account, at_desk, code_of, sign_in, with_factor

pytestmark = pytest.mark.django_db

ANY_ADDRESS = "203.0.113.77"
ENTRANCES = ("sign-in/", "sign-out/", "inactive/", "link/")
SETTING_UP = ("/admin/account/", "/admin/account/authenticator/", "/admin/account/passkeys/add/")


def desk_paths() -> list[str]:
    """Return every address of the desk but the ones that lead in to it."""
    found = [path for route in routes() if route.startswith(ADMIN) for path in filled(route)]
    entrances = tuple(f"/admin/account/{name}" for name in ENTRANCES)
    return [one for one in found if not one.startswith((*entrances, "/admin/login/"))]


def log_in(client: Client, login: str = "tester", password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(reverse("account_login"), {"login": login, "password": password}, **extra)


def give_code(client: Client, code: str) -> Any:
    return client.post(reverse("mfa_authenticate"), {"code": code})


def history(user: User) -> list[str]:
    return [one.change_message for one in LogEntry.objects.filter(object_id=str(user.pk))]


# The door


def test_every_address_of_the_desk_leads_a_stranger_to_sign_in(client: Client) -> None:
    paths = desk_paths()
    assert len(paths) > 250
    for path in paths:
        for ask in (client.get, client.post):
            response = ask(path)
            assert response.status_code == 302, path
            assert response.headers["Location"].startswith("/admin/account/sign-in/"), path


@pytest.mark.parametrize("superuser", [False, True], ids=["administrator", "superuser"])
def test_every_address_of_the_desk_leads_whoever_has_no_factor_to_set_one_up(
    client: Client, superuser: bool
) -> None:
    user = account(Role.ADMINISTRATOR)
    User.objects.update(is_superuser=superuser)
    client.force_login(user)
    for path in desk_paths():
        response = client.get(path)
        if path in SETTING_UP:
            assert response.status_code == 200, path
            assert "<h1>" in response.content.decode()
        else:
            assert response.status_code == 302, path
            assert response.headers["Location"] == "/admin/account/", path


def test_a_session_that_showed_a_password_only_is_not_let_in_once_there_is_a_factor(
    client: Client,
) -> None:
    user = account(Role.EDITOR)
    log_in(client)
    assert client.get(reverse("mfa_index")).status_code == 200
    with_factor(user)
    response = client.get(reverse("admin:index"))
    assert response.headers["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_whoever_is_not_of_the_desk_is_signed_out_at_its_door(client: Client) -> None:
    user = account(Role.EDITOR)
    User.objects.update(is_staff=False)
    sign_in(client, user)
    response = client.get(reverse("admin:index"))
    assert response.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("login", ["tester", "TESTER@example.org"])
def test_somebody_signs_in_by_name_or_address_and_password_then_a_code(
    client: Client, login: str
) -> None:
    secret = generate_totp_secret()
    with_factor(account(Role.VIEWER, email="tester@example.org"), secret=secret)
    response = log_in(client, login)
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("admin:index")).status_code == 302
    assert give_code(client, code_of(secret)).headers["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:index")).status_code == 200


def test_the_desks_own_old_addresses_lead_to_the_new_ones(client: Client) -> None:
    response = client.get("/admin/login/?next=/admin/prisoners/")
    assert response.headers["Location"] == "/admin/account/sign-in/?next=%2Fadmin%2Fprisoners%2F"
    at_desk(client, Role.VIEWER)
    assert client.get("/admin/password_change/").headers["Location"].endswith("/password/")
    client.post("/admin/logout/")
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up() -> None:
    ours = [route for route in routes() if route.startswith("admin/account/")]
    assert len(ours) > 15
    assert [one for one in ours if re.search("sign-?up|e-?mail|reset", one)] == []


# Factors


def test_an_authenticator_app_is_set_up_without_a_script_and_codes_are_shown_once(
    client: Client,
) -> None:
    account(Role.EDITOR)
    log_in(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    [shown] = re.findall(r'<code class="account-secret">([A-Z2-7 ]+)</code>', page)
    assert "<svg" in page
    assert "data:" not in page
    secret = shown.replace(" ", "")
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert response.headers["Location"] == reverse("mfa_view_recovery_codes")
    page = client.get(response.headers["Location"]).content.decode()
    assert len(set(re.findall(r"<code>(\d{8})</code>", page))) == 10
    assert client.get(reverse("admin:index")).status_code == 200
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert re.findall(r"<code>", again) == []


def test_a_copy_of_the_database_alone_holds_no_second_factor(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = generate_totp_secret()
    user = with_factor(account(Role.EDITOR), secret=secret)
    stored = json.dumps([one.data for one in Authenticator.objects.filter(user=user)])
    assert secret not in stored
    # Under another key no code is right, not even the one of an empty secret.
    monkeypatch.setattr(settings, "SECRET_KEY", "x" * 60)
    log_in(client)
    for code in (code_of(secret), code_of("")):
        assert give_code(client, code).status_code == 200
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_recovery_code_works_once(client: Client) -> None:
    user = with_factor(account(Role.EDITOR))
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[0]
    log_in(client)
    assert give_code(client, code).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200
    other = Client()
    log_in(other)
    assert give_code(other, code).status_code == 200
    assert other.get(reverse("admin:index")).status_code == 302


def test_a_code_of_an_app_works_once(client: Client) -> None:
    secret = generate_totp_secret()
    with_factor(account(Role.EDITOR), secret=secret)
    code = code_of(secret)
    log_in(client)
    assert give_code(client, code).status_code == 302
    other = Client()
    log_in(other)
    assert give_code(other, code).status_code == 200


@pytest.mark.parametrize(
    "name", ["mfa_add_webauthn", "mfa_deactivate_totp", "mfa_generate_recovery_codes"]
)
def test_a_factor_is_changed_only_after_confirming_who_it_is(client: Client, name: str) -> None:
    user = account(Role.EDITOR)
    sign_in(client, user)
    response = client.post(reverse(name), {"name": "x", "credential": "{}"})
    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(user=user).count() == 2


def test_the_last_factor_removed_leads_to_setting_up_another(client: Client) -> None:
    sign_in(client, account(Role.EDITOR), confirmed=True)
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert client.get(reverse("admin:index")).headers["Location"] == reverse("mfa_index")


# Limits


def test_wrong_passwords_are_limited_for_the_account_wherever_they_come_from(
    client: Client,
) -> None:
    with_factor(account(Role.EDITOR))
    for number in range(5):
        # Another address, another port, another case each time: it is one account.
        extra = {"REMOTE_ADDR": f"203.0.113.{number}", "HTTP_HOST": f"localhost:{9000 + number}"}
        log_in(client, "tester".upper() if number % 2 else "tester", "wrong", **extra)
    response = log_in(client, REMOTE_ADDR="203.0.113.99")
    assert response.status_code == 200
    assert "Too many failed login attempts" in response.content.decode()


def test_wrong_passwords_are_limited_for_the_address_whatever_the_account(client: Client) -> None:
    for number in range(30):
        log_in(client, f"nobody{number}", "wrong", REMOTE_ADDR=ANY_ADDRESS)
    account(Role.EDITOR)
    refused = log_in(client, REMOTE_ADDR=ANY_ADDRESS)
    assert "Too many failed login attempts" in refused.content.decode()
    assert log_in(Client(), REMOTE_ADDR="203.0.113.78").status_code == 302


def test_wrong_codes_are_limited_and_then_the_right_one_is_refused_too(client: Client) -> None:
    secret = generate_totp_secret()
    with_factor(account(Role.EDITOR), secret=secret)
    log_in(client)
    for _attempt in range(5):
        assert "Incorrect code" in give_code(client, "000 0000").content.decode()
    response = give_code(client, code_of(secret))
    assert response.status_code == 200
    assert client.get(reverse("admin:index")).status_code == 302


def test_no_address_is_written_down_and_what_is_counted_is_forgotten(client: Client) -> None:
    with_factor(account(Role.EDITOR))
    log_in(client, password="wrong", REMOTE_ADDR=ANY_ADDRESS)
    kept = [(one.cache_key, one.value) for one in Attempt.objects.all()]
    assert any(":ip:fd" in key for key, _value in kept)
    assert ANY_ADDRESS not in str(kept)
    Attempt.objects.update(expires=timezone.now() - timedelta(seconds=1))
    cache.set("another", 1, 60)
    assert [one.cache_key for one in Attempt.objects.all()] == [":1:another"]


def test_no_address_is_kept_with_a_session(client: Client) -> None:
    secret = generate_totp_secret()
    with_factor(account(Role.EDITOR), secret=secret)
    log_in(client, REMOTE_ADDR=ANY_ADDRESS)
    give_code(client, code_of(secret))
    assert UserSession.objects.get().ip == "::"


# Sessions


def test_a_session_ends_when_nobody_works_and_lasts_as_long_as_somebody_does(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.SESSION_COOKIE_AGE == settings.SESSION_IDLE_MINUTES * 60
    at_desk(client, Role.VIEWER)
    # Ten minutes before its end somebody opens a page: it lasts its whole time again.
    session = client.session
    session["last_seen"] -= 20 * 60
    session.save()
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=10))
    assert client.get(reverse("admin:index")).status_code == 200
    left = Session.objects.get().expire_date - timezone.now()
    assert left > timedelta(minutes=settings.SESSION_IDLE_MINUTES - 1)
    # Its end is the server's, whatever the browser kept.
    Session.objects.update(expire_date=timezone.now())
    response = client.get(reverse("admin:index"))
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_a_session_is_not_written_at_every_page(
    client: Client, django_assert_num_queries: Any
) -> None:
    at_desk(client, Role.VIEWER)
    address = reverse("admin:understand-date")
    with django_assert_num_queries(3) as asked:  # the session, the account, its factor
        client.get(address, {"text": "2021"})
    assert all(query["sql"].startswith("SELECT") for query in asked)


def two_sessions() -> tuple[User, Client, Client]:
    """Sign one account in at two places, as people do."""
    secret = generate_totp_secret()
    user = with_factor(account(Role.EDITOR), secret=secret)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    found = []
    for code in codes[:2]:
        client = Client()
        log_in(client)
        give_code(client, code)
        assert client.get(reverse("admin:index")).status_code == 200
        found.append(client)
    return user, found[0], found[1]


def test_signing_out_everywhere_ends_the_other_session_at_its_next_request() -> None:
    _user, here, there = two_sessions()
    assert here.get(reverse("usersessions_list")).content.decode().count("Sign out</button>") == 3
    assert here.post(reverse("end_all_sessions")).headers["Location"] == reverse("account_login")
    for client in (here, there):
        response = client.get(reverse("admin:index"))
        assert response.headers["Location"].startswith(reverse("account_login"))


def test_one_session_is_ended_from_another_and_nobody_elses() -> None:
    _user, here, there = two_sessions()
    other = UserSession.objects.get(session_key=there.session.session_key)
    stranger = sign_in(Client(), account(Role.VIEWER, name="stranger"))
    assert stranger.post(reverse("end_session", args=[other.pk])).status_code == 404
    here.post(reverse("end_session", args=[other.pk]))
    assert there.get(reverse("admin:index")).status_code == 302
    assert here.get(reverse("admin:index")).status_code == 200


def test_a_new_password_ends_all_sessions() -> None:
    _user, here, there = two_sessions()
    new = "another long test password"
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    here.post(reverse("account_change_password"), given)
    for client in (here, there):
        assert client.get(reverse("admin:index")).status_code == 302
    assert log_in(Client(), password=new).status_code == 302


# Invitations


def invited(role: Role = Role.RESEARCHER, **values: Any) -> str:
    """Invite somebody; return the address of the link."""
    given = {"role": role, "for_whom": "Test", "made_by": None, "now": timezone.now(), **values}
    return reverse("accept_invitation", args=[accounts.invite(**given)])


ENTRIES = {
    "username": "newcomer",
    "name": "New Comer",
    "email": "",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


def test_an_invitation_works_once_gives_its_role_and_asks_for_a_factor(client: Client) -> None:
    link = invited(Role.EDITOR)
    assert "editor" in client.get(link).content.decode()
    response = client.post(link, ENTRIES, follow=True)
    assert response.redirect_chain[-1][0] == reverse("mfa_index")
    assert "Set up a second factor" in response.content.decode()
    user = User.objects.get()
    assert [group.name for group in user.groups.all()] == ["editor"]
    assert (user.is_staff, user.is_superuser) == (True, False)
    assert history(user) == ["Accepted an invitation made by the command line, as editor."]
    for ask in (Client().get, Client().post):
        assert ask(link, {**ENTRIES, "username": "another"}).status_code == 410
    assert User.objects.count() == 1


def test_an_invitation_does_not_work_after_its_day(client: Client) -> None:
    link = invited(now=timezone.now() - accounts.VALID_FOR)
    assert client.get(link).status_code == 410
    assert client.post(link, ENTRIES).status_code == 410
    assert not User.objects.exists()


@pytest.mark.parametrize("secret", ["", "x", "ы" * 40, "x" * 5_000])
def test_a_link_that_never_was_is_refused_in_the_same_words(client: Client, secret: str) -> None:
    link = f"/admin/account/link/{secret}/"
    response = client.get(link, follow=True)
    assert response.status_code == 410 if secret else 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "TESTER"),
        ("username", "tester@example.org"),
        ("username", "a b"),
        ("email", "Tester@Example.org"),
        ("password2", "another long password"),
        ("password1", "short"),
    ],
)
def test_an_account_that_could_be_taken_for_another_or_guessed_is_refused(
    client: Client, field: str, value: str
) -> None:
    account(email="tester@example.org")
    entries = {**ENTRIES, field: value}
    if field == "password1":
        entries["password2"] = value
    response = client.post(invited(), entries)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert User.objects.count() == 1
    assert Invitation.objects.get().used_at is None


def test_only_the_hash_of_a_link_is_kept() -> None:
    secret = invited().split("/")[-2]
    assert len(secret) > 40
    stored = Invitation.objects.values().get()
    assert secret not in str(stored)


def test_an_administrator_invites_and_sees_the_link_once(client: Client) -> None:
    sign_in(client, account(Role.ADMINISTRATOR), confirmed=True)
    page = reverse("admin:prisoners_invitation_add")
    assert client.get(page).status_code == 200
    response = client.post(page, {"role": "viewer", "for_whom": "A colleague"})
    [link] = re.findall(r"https?://\S+/admin/account/link/\S+?/(?=<)", response.content.decode())
    assert link.startswith(settings.SITE_URL)
    assert (
        "link/" not in client.get(reverse("admin:prisoners_invitation_changelist")).content.decode()
    )
    accepted = Client().post(link.removeprefix(settings.SITE_URL), ENTRIES)
    assert accepted.status_code == 302
    newcomer = User.objects.get(username="newcomer")
    assert history(newcomer) == ["Accepted an invitation made by tester, as viewer."]


def test_a_link_to_a_new_password_works_once_and_still_asks_for_the_factor(
    client: Client,
) -> None:
    sign_in(client, account(Role.ADMINISTRATOR, name="chief"), confirmed=True)
    user, there, _elsewhere = two_sessions()
    response = client.post(reverse("admin:auth_user_new_password", args=[user.pk]))
    [link] = re.findall(r"/admin/account/link/\S+?/(?=<)", response.content.decode())
    new = {"password1": "another long test password", "password2": "another long test password"}
    assert there.get(reverse("admin:index")).status_code == 200
    assert Client().post(link, new).headers["Location"] == reverse("mfa_authenticate")
    assert there.get(reverse("admin:index")).status_code == 302
    assert Client().get(link).status_code == 410
    assert history(user) == [
        "Set a new password by a one-time link.",
        "A link to a new password was made.",
    ]


# Administrators


def test_an_administrator_signs_somebody_out_and_switches_the_account_off_at_once(
    client: Client,
) -> None:
    sign_in(client, account(Role.ADMINISTRATOR, name="chief"), confirmed=True)
    user, here, _there = two_sessions()
    client.post(reverse("admin:auth_user_sign_out", args=[user.pk]))
    assert here.get(reverse("admin:index")).status_code == 302
    groups = [group.pk for group in user.groups.all()]
    page = reverse("admin:auth_user_change", args=[user.pk])
    other = Client()
    sign_in(other, user)
    assert client.post(page, {"email": "", "groups": groups}).status_code == 302
    assert other.get(reverse("admin:index")).status_code == 302
    assert log_in(Client()).headers["Location"] == reverse("account_inactive")


def test_a_lost_factor_is_reset_at_the_desk(client: Client) -> None:
    sign_in(client, account(Role.ADMINISTRATOR, name="chief"), confirmed=True)
    user, here, _there = two_sessions()
    client.post(reverse("admin:auth_user_reset_factor", args=[user.pk]))
    assert not Authenticator.objects.filter(user=user).exists()
    assert here.get(reverse("admin:index")).status_code == 302
    assert history(user) == ["Second factor reset."]
    page = client.get(reverse("admin:auth_user_history", args=[user.pk]))
    assert "Second factor reset." in page.content.decode()


def test_managing_accounts_asks_to_confirm_who_it_is_first(client: Client) -> None:
    at_desk(client, Role.ADMINISTRATOR)
    user = account(Role.VIEWER, name="somebody")
    for path in (
        reverse("admin:prisoners_invitation_add"),
        reverse("admin:auth_user_change", args=[user.pk]),
    ):
        for ask in (client.get, client.post):
            response = ask(path)
            assert response.headers["Location"].startswith(reverse("account_reauthenticate")), path
    for name in ("sign_out", "new_password", "reset_factor"):
        response = client.post(reverse(f"admin:auth_user_{name}", args=[user.pk]))
        assert response.headers["Location"].startswith(reverse("account_reauthenticate"))
        assert client.get(reverse(f"admin:auth_user_{name}", args=[user.pk])).status_code == 405
    assert history(user) == []
    way = client.post(response.headers["Location"], {"password": PASSWORD})
    assert way.headers["Location"] == reverse("admin:auth_user_change", args=[user.pk])


def test_the_last_administrator_stays_one(client: Client) -> None:
    user = account(Role.ADMINISTRATOR)
    sign_in(client, user, confirmed=True)
    page = reverse("admin:auth_user_change", args=[user.pk])
    for entries in ({"is_active": "on"}, {"groups": [group.pk for group in user.groups.all()]}):
        response = client.post(page, entries)
        assert "Nobody else is an administrator" in response.content.decode()
    assert accounts.administrators().get() == user


def test_no_account_is_added_or_deleted_by_hand_and_no_group_is_edited(client: Client) -> None:
    sign_in(client, account(Role.ADMINISTRATOR), confirmed=True)
    user = User.objects.get()
    assert client.get(reverse("admin:auth_user_add")).status_code == 403
    assert client.post(reverse("admin:auth_user_delete", args=[user.pk])).status_code == 403
    for name in ("auth/group", "mfa/authenticator", "account/emailaddress"):
        assert client.get(f"/admin/{name}/").status_code == 404


# From the command line


def said_by(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_the_first_administrator_is_made_with_a_link_and_it_is_in_the_history(
    client: Client,
) -> None:
    [link] = re.findall(r"/admin/account/link/\S+", said_by("make_administrator", "chief"))
    user = User.objects.get(username="chief")
    assert not user.has_usable_password()
    given = {"password1": PASSWORD, "password2": PASSWORD}
    response = client.post(link, given, follow=True)
    assert response.redirect_chain[-1][0] == reverse("mfa_index")
    assert history(user)[-1] == "Made an administrator from the command line."
    assert accounts.administrators().get() == user


def test_an_account_that_is_there_is_made_an_administrator_and_earlier_links_are_over(
    client: Client,
) -> None:
    user = account(Role.VIEWER)
    User.objects.update(is_active=False)
    first, second = (
        re.findall(r"/admin/account/link/\S+", said_by("make_administrator", "tester"))[0]
        for _twice in range(2)
    )
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200
    assert accounts.administrators().get() == user
    with pytest.raises(CommandError, match="cannot be a user name"):
        call_command("make_administrator", "not a name")


def test_a_lost_factor_is_reset_from_the_command_line_and_it_is_in_the_history() -> None:
    user, here, _there = two_sessions()
    assert "no second factor any more" in said_by("reset_factor", "tester")
    assert here.get(reverse("admin:index")).status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    assert history(user) == ["Second factor reset from the command line."]
    with pytest.raises(CommandError, match=r"no account “nobody”. There are: tester"):
        call_command("reset_factor", "nobody")


# What visitors see of it: nothing


def test_whoever_is_signed_in_has_no_cookie_on_public_pages(client: Client) -> None:
    response = log_in(client)
    account(Role.EDITOR)
    response = log_in(client)
    for cookie in response.cookies.values():
        assert cookie["path"] == "/admin/"
    for path in ("/", "/prisoners/", "/nowhere/"):
        response = client.get(path)
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


# In a browser


class Browsing:
    """A browser at the desk, with a list of what the policy refused."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.refused: list[str] = []
        page.on("console", lambda message: self.refused.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: self.refused.append(f"{page.url}: {error}"))

    def open(self, name: str, *args: Any) -> None:
        self.page.goto(f"{self.address}{reverse(name, args=args)}")

    def sign_in(self) -> None:
        self.open("account_login")
        self.page.fill("#id_login", "tester")
        self.page.fill("#id_password", PASSWORD)
        self.page.click("button:text('Sign in')")

    def fits(self, width: int) -> bool:
        self.page.set_viewport_size({"width": width, "height": 900})
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        return int(wide) <= width


@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_added_and_signs_in_under_the_strict_policy(
    live_server: Any, needs_system: Callable[[str, str], str]
) -> None:
    """With a security key that the browser makes itself; every page of an account is looked at."""
    chromium = needs_system("chromium", "chromium")
    account(Role.ADMINISTRATOR)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page()
        keys = page.context.new_cdp_session(page)
        keys.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "usb",
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        keys.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        desk = Browsing(page, live_server.url)
        desk.sign_in()
        page.wait_for_selector("h1:text('Set up a second factor')")
        assert desk.fits(320)
        desk.open("mfa_add_webauthn")
        page.click("button:text('Add a passkey')")
        page.wait_for_selector("h1:text('Recovery codes')")
        code = page.inner_text(".account-codes code >> nth=0")
        assert desk.fits(320)

        page.click("button:text('Sign out')")
        desk.sign_in()
        page.click("button:text('Use a passkey')")
        page.wait_for_selector("#user-tools")

        desk.open("mfa_activate_totp")
        page.wait_for_selector("h1:text('Confirm that it is you')")
        page.click("a:text('With a passkey')")
        page.click("button:text('Use a passkey')")
        page.wait_for_selector(".account-drawing svg")
        for name in (
            "account_login", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn",
            "mfa_generate_recovery_codes", "account_change_password", "account_reauthenticate",
            "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "usersessions_list",
            "admin:auth_user_changelist", "admin:prisoners_invitation_add",
        ):  # fmt: skip
            for width in (1440, 320):
                desk.open(name)
                assert desk.fits(width), (name, width)
        page.context.clear_cookies()
        desk.sign_in()
        page.fill("#id_code", code)
        page.click("button:text('Sign in')")
        page.wait_for_selector("#user-tools")
        browser.close()
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None
    assert [one for one in desk.refused if "Permissions-Policy" not in one] == []
