"""Portraits as they may be kept: a picture, and nothing else that its file said."""

from __future__ import annotations

import io
import secrets
from typing import Final

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

LARGEST_FILE: Final = 10 * 1024 * 1024  # bytes
MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 800  # pixels
FORMATS: Final = ("JPEG", "PNG", "WEBP")
QUALITY: Final = 85


def clean_portrait(file: File[bytes]) -> ContentFile[bytes]:
    """Return a picture drawn anew from the pixels of a file, under a random name.

    Where and when it was taken, with what, and every comment stay behind. It is at most
    ``LONGEST_SIDE`` pixels long, upright, in sRGB. Raise ValidationError where the file is no
    JPEG, PNG or WebP image, or too large to be opened safely.
    """
    if file.size > LARGEST_FILE:
        raise ValidationError(_("The file is larger than 10 MB. Make the picture smaller first."))
    try:
        picture = _open(file)
    except (OSError, SyntaxError, ValueError, EOFError, OverflowError) as error:
        # What Pillow raises for files that are cut short or made to break it.
        raise ValidationError(
            _("This is not a JPEG, PNG or WebP image, or it is broken.")
        ) from error
    content = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(content, "PNG", optimize=True)
        suffix = "png"
    else:
        picture.save(content, "JPEG", quality=QUALITY, optimize=True)
        suffix = "jpg"
    return ContentFile(content.getvalue(), name=f"{secrets.token_hex(16)}.{suffix}")


def _open(file: File[bytes]) -> Image.Image:
    file.seek(0)
    try:
        image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    with image:
        if image.width * image.height > MOST_PIXELS:
            raise _too_many_pixels()
        image.load()
        profile = image.info.get("icc_profile")
        upright = ImageOps.exif_transpose(image)
        picture = _in_srgb(upright, profile)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    # Pixels alone: ``info`` would carry comments and profiles into the new file.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return an image as RGB, or RGBA where it is see-through, its colours as they were meant."""
    see_through = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            converted = None  # a broken profile: the plain numbers are the best there is
        if converted is not None and not see_through:
            return converted
    return image.convert("RGBA" if see_through else "RGB")


def _too_many_pixels() -> ValidationError:
    return ValidationError(_("The picture has more than 40 million pixels. Make it smaller first."))
