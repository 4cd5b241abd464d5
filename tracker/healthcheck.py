"""Asks the site on this machine whether it is well: `python -m tracker.healthcheck`."""

import http.client
import os
import sys
from urllib.parse import urlsplit

# Read without the settings: starting Django costs a second of work, every few seconds.
PORT = int(os.environ.get("PORT", "8000"))
# The site answers only to its own names.
HOST = urlsplit(os.environ.get("SITE_URL", "")).netloc or "localhost"


def main() -> int:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": HOST})
        status = connection.getresponse().status
    except OSError as error:
        print(f"The site did not answer on port {PORT}: {error}", file=sys.stderr)  # noqa: T201  # it is read by whoever starts it
        return 1
    return 0 if status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
