"""What a portrait's file said of place, time and people is at no address, whatever part held it."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, PngImagePlugin

from prisoners.desk.portraits import clean_portrait
from prisoners.models import Prisoner
from tests.factories import PrisonerFactory

pytestmark = pytest.mark.django_db

SECRET = b"zq taken at 53.9N by Zoltan zq"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
HEADS = {
    "XMP": (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
    "IPTC": (0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x22" + SECRET),
    "ICC text": (0xE2, b"ICC_PROFILE\0\1\1" + SECRET),
    "comment": (0xFE, SECRET),
    "maker's note": (0xE4, SECRET),
}


def bytes_of(kind: str, **options: Any) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(content, kind, **options)
    return content.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def with_thumbnail() -> bytes:
    """Return EXIF with a thumbnail that holds more than the picture: it was cut out of it."""
    thumbnail = bytes_of("JPEG", comment=SECRET)
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes() + thumbnail


def files() -> dict[str, bytes]:
    """Return pictures by what of them holds the secret."""
    plain = bytes_of("JPEG")
    made = {name: plain[:2] + segment(*head) + plain[2:] for name, head in HEADS.items()}
    made["thumbnail"] = plain[:2] + segment(0xE1, with_thumbnail()) + plain[2:]
    made["after the end"] = plain + SECRET
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    made["texts of a PNG"] = bytes_of("PNG", pnginfo=info)
    squeezed = PngImagePlugin.PngInfo()
    squeezed.add_text("Location", SECRET.decode(), zip=True)
    made["squeezed text of a PNG"] = bytes_of("PNG", pnginfo=squeezed)
    made["XMP of a WebP"] = bytes_of("WEBP", xmp=XMP)
    return made


@pytest.mark.parametrize("name", list(files()))
def test_what_a_file_says_beside_its_picture_reaches_no_visitor(name: str) -> None:
    given = files()[name]
    squeezed = zlib.compress(SECRET)
    assert SECRET in given or squeezed in given
    upload = SimpleUploadedFile("zoltan-zq-minsk.jpg", given)
    person: Any = PrisonerFactory.create(published=True, portrait_rights="Test")
    person.portrait = clean_portrait(upload)
    person.save()
    response = Client().get(f"{person.get_absolute_url()}portrait")
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]  # a file
    image = Image.open(io.BytesIO(body))
    assert image.size == (40, 20)
    told = f"{response.headers} {Prisoner.objects.get().portrait.name}"
    for secret in (SECRET, squeezed, b"xmpmeta", b"Exif", b"Photoshop", b"ICC_PROFILE", b"zoltan"):
        assert secret not in body
        assert secret.decode("latin-1") not in told
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
