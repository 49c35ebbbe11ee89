"""Whether a picture of a document can be read: measured, and told as a warning, never as a refusal.

The measure of sharpness is how steep the edges are. Where dark meets light, the steepest step from one pixel
to the next is divided by the whole difference around it: a sharp edge takes one step, a blurred one many. The
variance of the Laplacian, which is often used, falls with the contrast and rises with a camera's noise: pages
too blurred to read, with noise, had ten times that of a sharp page without.

Medians over pages of text in 10 points, drawn at 300 dots an inch, in Arabic and English:

    sharp                                0.69      with a camera's noise    0.68
    faint, sparse, 1000 pixels high      0.67 up   softened by a camera     0.52
    Gaussian blur of 4 pixels, readable  0.31      with noise               0.33 to 0.35
    of 5                                 0.27
    of 6, guessed rather than read       0.23      with noise               0.26 to 0.30
    of 8, lost                           0.20      with noise               0.24 to 0.29
    out of focus by 6 and by 8           0.28, 0.23
"""

import io
from typing import Any

import pikepdf
from PIL import Image, ImageChops, ImageFilter, ImageMath, ImageStat

# Below it a page counts as blurred: see the figures above.
LEAST_STEEPNESS = 0.30
# A sheet of A4 this high has 86 dots an inch, and letters of 10 points in it have bodies of 6 pixels.
LEAST_SIDE = 1000
# What is measured is reduced to this: noise evens out, and blur counts against the size of the sheet.
MEASURED_SIDE = 1200
SOFTENED = ImageFilter.GaussianBlur(0.7)
# Differences in brightness, of 255, from which on there is an edge to measure; and how far around it is
# looked, in pixels each way.
LEAST_CONTRAST = 60
REACH = 3
# With less than this much of a picture being edge, and brightness varying by that, all of it is blurred.
LEAST_EDGES = 0.0005
LEAST_VARIATION = 8


def of_picture(picture: Image.Image) -> tuple[str, ...]:
    """Return the codes of what is wrong with a picture, in the order of `WARNINGS`."""
    codes = []
    if is_blurred(picture):
        codes.append("blurred")
    if max(picture.size) < LEAST_SIDE:
        codes.append("small")
    return tuple(codes)


def of_pdf(content: bytes) -> tuple[str, ...]:
    """Return the codes of what is wrong with a cleaned PDF: pages that are scans can be too small."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        sides = [side for page in pdf.pages if (side := scan_side(page))]
    return ("small",) if sides and min(sides) < LEAST_SIDE else ()


def scan_side(page: pikepdf.Page) -> int:
    """Return the longest side in pixels of the scan that a page consists of; 0 where it holds text."""
    resources: Any = page.obj.get("/Resources", {})
    if "/Font" in resources:
        return 0
    pictures = [
        each for each in page.get_images(recursive=False).values() if each.get("/ImageMask") is not True
    ]
    return max((max(int(each.Width), int(each.Height)) for each in pictures), default=0)


def is_blurred(picture: Image.Image) -> bool:
    grey = picture.convert("L")
    grey.thumbnail((MEASURED_SIDE, MEASURED_SIDE), Image.Resampling.BOX)
    edges, steepness = measure(grey)
    if edges < LEAST_EDGES:
        return ImageStat.Stat(grey).stddev[0] >= LEAST_VARIATION
    return steepness < LEAST_STEEPNESS


def measure(grey: Image.Image) -> tuple[float, float]:
    """Return how much of a picture is edges, and how steep these are in the median; both from 0 to 1."""
    grey = grey.filter(SOFTENED)
    across = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0))
    down = ImageChops.difference(grey, ImageChops.offset(grey, 0, 1))
    # The first row and column would be compared with the last.
    inside = (1, 1, max(grey.width, 2), max(grey.height, 2))
    steps = widened(ImageChops.lighter(across, down).crop(inside), ImageFilter.MaxFilter)
    grey = grey.crop(inside)
    contrast = ImageChops.subtract(widened(grey, ImageFilter.MaxFilter), widened(grey, ImageFilter.MinFilter))
    edges = contrast.point(lambda value: 255 if value >= LEAST_CONTRAST else 0)
    ratio = ImageMath.lambda_eval(
        lambda known: known["convert"](known["steps"] * 255 / known["max"](known["contrast"], 1), "L"),
        steps=steps,
        contrast=contrast,
    )
    histogram = ratio.histogram(edges)
    return sum(histogram) / (grey.width * grey.height), median(histogram) / 255


def widened(
    picture: Image.Image, rank: type[ImageFilter.MaxFilter] | type[ImageFilter.MinFilter]
) -> Image.Image:
    # Several small steps are faster than one large one.
    for _step in range(REACH):
        picture = picture.filter(rank(3))
    return picture


def median(histogram: list[int]) -> int:
    half, counted = sum(histogram) / 2, 0
    for value, count in enumerate(histogram):
        counted += count
        if count and counted >= half:
            return value
    return 0
