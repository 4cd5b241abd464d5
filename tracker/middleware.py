import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

# Features that a browser may offer and that no page here uses. There is no word for "all": each
# has to be named, and browsers complain on every page of one that they do not know. From https://github.com/w3c/webappsec-permissions-policy/blob/main/features.md
DENIED = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "compute-pressure",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "interest-cohort",
    "keyboard-map",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "speaker-selection",
    "storage-access",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
POLICY = ", ".join(f"{feature}=()" for feature in DENIED)
# Where researchers add passkeys and sign in with them.
PASSKEYS = "/admin/account/"
POLICY_WITH_PASSKEYS = re.sub(r"(publickey-credentials-\w+)=\(\)", r"\1=(self)", POLICY)


DESK = "/admin/"


def language(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer in the language of the address, and in English where it names none.

    Nothing else of the request decides: a page has the same words for whoever asks, leaves no
    cookie, and is never another one than its address says. The desk follows the browser.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(DESK):
            code = translation.get_language_from_request(request)
        else:
            named = translation.get_language_from_path(request.path_info)
            code = named or settings.LANGUAGE_CODE
        # Not set back after the answer: one that is sent piece by piece is still being made then.
        translation.activate(code)
        request.LANGUAGE_CODE = code
        return get_response(request)

    return middleware


def no_copy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Ask that no copy is kept of an answer that says nothing of it: redirects, 404s, the desk.

    Files that are the same for everybody are served before this is reached.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def permissions_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        asks_for_passkeys = request.path_info.startswith(PASSKEYS)
        response["Permissions-Policy"] = POLICY_WITH_PASSKEYS if asks_for_passkeys else POLICY
        return response

    return middleware
