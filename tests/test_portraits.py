"""Portraits: what is kept is a picture and nothing else."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageCms, PngImagePlugin

from prisoners.desk.portraits import LARGEST_FILE, clean_portrait
from prisoners.models import Prisoner
from tests.desk import at_desk
from tests.factories import PrisonerFactory

SECRET = b"taken at 53.9N 27.56E"


def picture(size: tuple[int, int] = (40, 20), mode: str = "RGB", **colour: Any) -> Image.Image:
    return Image.new(mode, size, **colour)


def upload(image: Image.Image, kind: str = "JPEG", **options: Any) -> SimpleUploadedFile:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return SimpleUploadedFile("ann-example-minsk.jpg", content.getvalue())


def opened(file: Any) -> Image.Image:
    file.seek(0)
    return Image.open(io.BytesIO(file.read()))


def with_secrets() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, Any] = {"exif": with_secrets(), "icc_profile": profile}
    if kind == "JPEG":
        options["comment"] = SECRET
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", SECRET.decode())
        options["pnginfo"] = info
    given = upload(picture(), kind, **options)
    assert SECRET in given.read()
    kept = clean_portrait(given)
    kept.seek(0)
    content = kept.read()
    assert SECRET not in content
    assert b"Exif" not in content
    assert not opened(kept).getexif()
    assert set(opened(kept).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_picture_is_turned_upright_before_what_says_so_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    assert opened(clean_portrait(upload(picture((40, 20)), exif=exif))).size == (20, 40)


@pytest.mark.parametrize(
    ("size", "kept"), [((1600, 400), (800, 200)), ((400, 1600), (200, 800)), ((40, 20), (40, 20))]
)
def test_a_picture_is_made_no_larger_than_800_pixels_and_a_small_one_is_left(
    size: tuple[int, int], kept: tuple[int, int]
) -> None:
    assert opened(clean_portrait(upload(picture(size)))).size == kept


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_a_picture_of_any_mode_is_kept_as_rgb_and_what_is_see_through_stays_so(mode: str) -> None:
    kept = opened(clean_portrait(upload(picture(mode=mode), "PNG")))
    see_through = mode in ("RGBA", "LA")
    assert (kept.mode, kept.format) == (("RGBA", "PNG") if see_through else ("RGB", "JPEG"))


def test_the_name_of_a_file_says_nothing() -> None:
    first, second = (clean_portrait(upload(picture())).name for _ in range(2))
    assert first != second
    assert first is not None
    assert len(first) == len("0123456789abcdef" * 2 + ".jpg")
    assert "ann" not in first


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PDF", "ICO"])
def test_a_picture_of_another_kind_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError, match="not a JPEG, PNG or WebP image"):
        clean_portrait(upload(picture(), kind))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"\xff\xd8\xff\xe0" + b"x" * 200,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
        b"RIFF\x24\0\0\0WEBPVP8 " + b"x" * 64,
    ],
    ids=["nothing", "svg", "half a jpeg", "half a png", "half a webp"],
)
def test_a_file_that_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError, match="not a JPEG, PNG or WebP image"):
        clean_portrait(SimpleUploadedFile("portrait.jpg", content))


@pytest.mark.parametrize("cut", [30, 200, 600])
def test_a_picture_that_is_cut_short_is_refused(cut: int) -> None:
    whole = upload(Image.effect_noise((60, 60), 80)).read()
    with pytest.raises(ValidationError, match="or it is broken"):
        clean_portrait(SimpleUploadedFile("portrait.jpg", whole[:cut]))


def bomb(width: int, height: int) -> SimpleUploadedFile:
    """Return a small PNG that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    return SimpleUploadedFile("portrait.png", b"\x89PNG\r\n\x1a\n" + data)


@pytest.mark.parametrize("size", [(8_000, 5_001), (10_000, 10_000), (60_000, 60_000)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(
    size: tuple[int, int],
) -> None:
    with pytest.raises(ValidationError, match="more than 40 million pixels"):
        clean_portrait(bomb(*size))


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(ValidationError, match="larger than 10 MB"):
        clean_portrait(SimpleUploadedFile("portrait.jpg", b"x" * (LARGEST_FILE + 1)))


# At the desk


@pytest.fixture
def desk(client: Client) -> Client:
    return at_desk(client)


def send(desk: Client, prisoner: Prisoner, **values: Any) -> Any:
    parts = (
        "names", "detentions", "affiliations", "recognitions", "external_ids", "citations",
        "translations",
    )  # fmt: skip
    counts = {f"{part}-{count}_FORMS": 0 for part in parts for count in ("TOTAL", "INITIAL")}
    page = reverse("admin:prisoners_prisoner_change", args=[prisoner.pk])
    standing = {"slug": prisoner.slug, "disclosure": "public", "basis": "record"}
    return desk.post(page, {**counts, **standing, **values})


@pytest.mark.django_db(transaction=True)
def test_a_portrait_is_kept_clean_and_a_replaced_one_is_gone(desk: Client) -> None:
    prisoner = PrisonerFactory.create(name=None)
    rights = {"portrait_rights": "Test photographer, with permission"}
    given = upload(picture(), exif=with_secrets())
    assert send(desk, prisoner, portrait=given, **rights).status_code == 302
    first = str(Prisoner.objects.get().portrait.name)
    with default_storage.open(first) as file:
        assert SECRET not in file.read()
    assert send(desk, prisoner, portrait=upload(picture()), **rights).status_code == 302
    second = str(Prisoner.objects.get().portrait.name)
    assert second != first
    assert not default_storage.exists(first)
    assert send(desk, prisoner, **{"portrait-clear": "on"}).status_code == 302
    assert not default_storage.exists(second)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "field", "message"),
    [
        (picture(), "portrait_rights", "Say who made the portrait and why it may be shown."),
        (None, "portrait", "This is not a JPEG, PNG or WebP image, or it is broken."),
    ],
    ids=["without its rights", "no picture"],
)
def test_a_portrait_that_may_not_be_kept_is_refused_in_words(
    desk: Client, file: Image.Image | None, field: str, message: str
) -> None:
    prisoner = PrisonerFactory.create(name=None)
    given = upload(file) if file else SimpleUploadedFile("portrait.jpg", b"no picture")
    response = send(desk, prisoner, portrait=given)
    assert response.context["adminform"].form.errors == {field: [message]}
    assert not Prisoner.objects.get().portrait
