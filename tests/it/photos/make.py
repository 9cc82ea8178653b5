"""Writes the photos beside this file, as phones and programs write them: with a place, a device and a comment.

Run it with Pillow 11.3 or later (AVIF): python make.py
"""

from pathlib import Path

from PIL import Image, ImageCms, PngImagePlugin

HERE = Path(__file__).parent
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">SECRET-XMP</x:xmpmeta>'


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "SECRET-DEVICE"
    tags.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0), 29: "SECRET-DAY"})
    return tags.tobytes()


def main():
    # Red on the left, blue on the right, as the sensor sees it.
    photo = Image.new("RGB", (32, 16), (220, 20, 20))
    photo.paste((20, 20, 220), (16, 0, 32, 16))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    common = {"exif": exif(6), "icc_profile": profile}
    photo.save(HERE / "photo.jpg", quality=95, comment="SECRET-COMMENT", xmp=XMP, **common)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET-COMMENT")
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    photo.save(HERE / "photo.png", pnginfo=text, **common)
    photo.save(HERE / "photo.webp", xmp=XMP, **common)
    photo.save(HERE / "photo.avif", quality=60, xmp=XMP, **common)
    photo.save(HERE / "photo.gif", comment="SECRET-COMMENT")


main()
