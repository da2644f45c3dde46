"""Claims, about data that comes from files: a trial learns the file's pixels as Pillow and NumPy see them, to the bit, for
every kind of PNG and JPEG, and for IDX; a crop, an enlargement and a reduction are what their definitions say, and so are
the coordinates; a file is read once, however many ranks and trials there are; results have the same bits on 1, 2 and 3
ranks; what was computed belongs to what the file holds and not to where it lies: moved data is the same sweep, changed
data is refused by name, and a finished file needs no data at all to be looked at.
"""
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import zlib

try:
    import h5py
    import numpy as np
    from PIL import Image
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

sys.path.insert(0, __file__.rsplit("/", 2)[0])
import idx

os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"
PROGRAM, MPIRUN = os.environ["SPECBIAS"], os.environ["SPECBIAS_MPIRUN"].split()
SWEEP = """
specbias: 1
name: images
target: {kind: image, size: 12, channels: rgb}
model: {depth: 2, width: 4}
training: {steps: 3, batch: 16}
record: {every: 3}
probes: {parameters: {at: last}}
"""


def start(arguments, ranks=1):
    command = [PROGRAM, *arguments]
    return subprocess.run(MPIRUN + [str(ranks)] + command if ranks > 1 else command, capture_output=True,
                          encoding="utf-8", timeout=60, check=False)


def train(output, *overrides, ranks=1, options=()):
    arguments = ["run", "sweep.yaml", "-o", output, "--quiet", *options]
    for override in overrides:
        arguments += ["--set", override]
    return start(arguments, ranks)


def trained(output, *overrides, **more):
    result = train(output, *overrides, **more)
    assert result.returncode == 0, result.stderr
    with h5py.File(output) as file:
        return file["targets"][()], file["inputs"][()]


# --- Pixels ---


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, pixels, depth, colour):
    """A PNG of more kinds than Pillow writes."""
    rows, columns = pixels.shape[:2]
    data = b"".join(b"\0" + row.astype(">u2" if depth == 16 else "u1").tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", columns, rows, depth, colour, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) +
                   chunk(b"IEND", b""))


def make_images(random):
    """Every kind of image that is read, and what it holds: rows x columns x 3 in [0, 1]."""
    colour = random.integers(0, 256, (17, 23, 3), dtype=np.uint8)
    smooth = np.kron(random.integers(0, 256, (3, 4, 3), dtype=np.uint8), np.ones((6, 6, 1), dtype=np.uint8))
    deep = random.integers(0, 65536, (12, 13, 3), dtype=np.uint16)
    opaque = np.full((17, 23, 1), 255, dtype=np.uint8)
    pillow = {"rgb.png": Image.fromarray(colour), "grey.png": Image.fromarray(colour).convert("L"),
              "palette.png": Image.fromarray(colour).convert("P"), "bits.png": Image.fromarray(colour).convert("1"),
              "two_bits.png": Image.fromarray(colour).quantize(4),
              "alpha.png": Image.fromarray(np.concatenate([colour, opaque], axis=2)),
              "grey_alpha.png": Image.fromarray(np.concatenate([colour[:, :, :1], opaque], axis=2), "LA")}
    for name, image in pillow.items():
        image.save(name)
    Image.fromarray(smooth).save("colour.jpg", quality=80)
    Image.fromarray(smooth).save("progressive.jpg", quality=60, progressive=True, subsampling=0)
    Image.fromarray(smooth[:, :, 0]).save("grey.jpg", quality=95)
    wanted = {}
    for name in [*pillow, "colour.jpg", "progressive.jpg", "grey.jpg"]:
        with Image.open(name) as image:
            wanted[name] = np.asarray(image.convert("RGB")) / 255.0
    write_png("deep.png", deep, 16, 2)
    write_png("deep_grey.png", deep[:, :, :1], 16, 0)
    wanted["deep.png"] = deep / 65535.0
    wanted["deep_grey.png"] = np.repeat(deep[:, :, :1], 3, axis=2) / 65535.0
    return wanted


def crop(pixels, size):
    top, left = (pixels.shape[0] - size) // 2, (pixels.shape[1] - size) // 2
    return pixels[top:top + size, left:left + size]


def check_pixels(wanted):
    axis = "axes=[target.image: [" + ", ".join(wanted) + "]]"
    colours, _ = trained("colours.h5", axis)
    greys, _ = trained("greys.h5", axis, "target.channels=grey")
    for i, (name, pixels) in enumerate(wanted.items()):
        square = crop(pixels, 12).reshape(-1, 3)
        assert np.array_equal(colours[i], square.astype(np.float32)), name
        grey = pixels[..., 0] if np.array_equal(pixels[..., 0], pixels[..., 2]) else (
            0.299 * pixels[..., 0] + 0.587 * pixels[..., 1] + 0.114 * pixels[..., 2])
        assert np.array_equal(greys[i].ravel(), crop(grey, 12).ravel().astype(np.float32)), name
    assert not np.array_equal(colours[0], colours[-1])  # otherwise the comparison would show nothing


def check_sizes(wanted):
    square = crop(wanted["rgb.png"], 17)
    for size in (17, 5, 40):
        if size <= 17:  # the share of each pixel in each area
            edges = np.arange(size + 1) * 17 / size
            weights = np.clip(np.minimum(edges[1:, None], np.arange(1, 18)) - np.maximum(edges[:-1, None], np.arange(17)),
                              0, None) * size / 17
        else:
            centres = np.clip((np.arange(size) + 0.5) * 17 / size - 0.5, 0, 16)
            weights = np.clip(1 - abs(centres[:, None] - np.arange(17)), 0, None)
        found, _ = trained(f"resized{size}.h5", "target.image=rgb.png", "target.fit=resize", f"target.size={size}")
        expected = np.einsum("ab,bcd,ec->aed", weights, square, weights).reshape(-1, 3)
        assert np.allclose(found.reshape(-1, 3), expected, rtol=0, atol=2e-7), size  # one rounding to float, 6e-8


def check_coordinates():
    for endpoint, last in (("false", 12), ("true", 11)):
        _, found = trained(f"at{last}.h5", "target.image=rgb.png", f"target.endpoint={endpoint}")
        y, x = np.divmod(np.arange(144), 12)
        assert np.array_equal(found.reshape(-1, 2), (np.stack([x, y], axis=1) / last).astype(np.float32)), endpoint


def check_power_law():
    """One over f in each channel, on [0, 1], another for another seed, the same again."""
    targets, _ = trained("power.h5", "target.size=64", "axes=[seed: [3, 4]]")
    again, _ = trained("again.h5", "target.size=64", "axes=[seed: [4]]", "target.seed=3")
    assert np.array_equal(targets[0], again[0]) and not np.array_equal(targets[0], targets[1])
    images = targets.reshape(2, 64, 64, 3)
    assert np.all(images.min(axis=(1, 2)) == 0) and np.all(images.max(axis=(1, 2)) == 1)
    spectrum = abs(np.fft.fft2(images, axes=(1, 2)))
    f = np.fft.fftfreq(64, 1 / 64)
    radius = np.hypot(f[:, None], f)[None, :, :, None]
    flat = (spectrum * radius)[:, radius[0, :, :, 0] > 0]
    # targets are rounded to float: noise of 64 values' 3e-8 in each coefficient, against 64^2/2 / (range 64) or more
    assert np.all(abs(flat / np.median(flat, axis=1, keepdims=True) - 1) < 1e-3)
    assert np.corrcoef(images[0, :, :, 0].ravel(), images[0, :, :, 1].ravel())[0, 1] ** 2 < 0.5


def check_digits(random):
    """Pixels of the wanted classes in the files' order, plain or packed, as NumPy sees them."""
    pixels = random.integers(0, 256, (40, 28, 28), dtype=np.uint8)
    labels = random.integers(0, 4, 40, dtype=np.uint8)
    for name, values in (("images.idx", pixels), ("images.idx.gz", pixels), ("labels.idx", labels)):
        idx.write(name, values)
    wanted = np.flatnonzero((labels == 1) | (labels == 3))[:12]
    for images in ("images.idx", "images.idx.gz"):
        targets, inputs = trained(images + ".h5", f"target={{kind: digits, images: {images}, labels: labels.idx, "
                                  "classes: [3, 1], samples: 12}", "training.batch=full")
        assert np.array_equal(inputs.reshape(12, 784), (pixels[wanted] / 255.0).reshape(12, 784).astype(np.float32))
        assert np.array_equal(targets.ravel(), np.where(labels[wanted] == 3, -1, 1))


# --- Identity ---


def digest(path):
    result = start(["verify", path])
    assert result.returncode == 0, result.stderr
    return re.search("digest: ([0-9a-f]{32})", result.stdout)[1]


AXES = "axes=[seed: [0, 1], target.image: [%s/rgb.png, %s/colour.jpg]]"


def check_ranks():
    for ranks in (1, 2, 3):
        trained(f"ranks{ranks}.h5", AXES % (".", "."), ranks=ranks)
    digests = {digest(f"ranks{ranks}.h5") for ranks in (1, 2, 3)}
    assert len(digests) == 1, digests


def check_read_once():
    """A pipe gives what it holds once: whoever asked a second time would wait for ever."""
    os.mkfifo("pipe.png")
    with open("rgb.png", "rb") as file:
        content = file.read()

    def write():
        with open("pipe.png", "wb") as pipe:
            pipe.write(content)

    writer = threading.Thread(target=write)
    writer.start()
    piped, _ = trained("piped.h5", "target.image=pipe.png", "axes=[seed: [0, 1, 2, 3]]", ranks=3)
    writer.join()
    plain, _ = trained("plain.h5", "target.image=rgb.png", "axes=[seed: [0, 1, 2, 3]]")
    assert np.array_equal(piped, plain)
    assert digest("piped.h5") == digest("plain.h5")


def refused(result, *parts):
    assert result.returncode == 2, (result.returncode, result.stderr)
    for part in parts:
        assert part in result.stderr, result.stderr


def check_moved_changed_gone():
    os.mkdir("here")
    for name in ("rgb.png", "colour.jpg", "grey.png"):
        shutil.copy(name, "here")
    trained("results.h5", AXES % ("here", "here"))
    before = digest("results.h5")
    with h5py.File("results.h5") as file:
        labels = [b"".join(row).rstrip(b"\0").decode() for row in file["image"][()]]
    assert labels == ["rgb.png", "colour.jpg"], labels

    os.rename("here", "there")
    assert digest("results.h5") == before
    status = start(["status", "results.h5"])
    assert status.returncode == 0 and "4 done" in status.stdout, status.stdout + status.stderr
    refused(train("results.h5", AXES % ("here", "here")), "here/rgb.png: cannot be opened: No such file",
            "here/colour.jpg: cannot be opened: No such file")
    trained("results.h5", AXES % ("there", "there"))
    assert digest("results.h5") == before

    trained("single.h5", "target.image=there/rgb.png")  # on no axis even the name may change
    os.rename("there/rgb.png", "there/renamed.png")
    trained("single.h5", "target.image=there/renamed.png")
    reusing = train("reused.h5", "axes=[seed: [0, 1], target.image: [there/renamed.png, there/grey.png]]",
                    options=["--reuse", "results.h5"])
    assert reusing.returncode == 0, reusing.stderr
    with h5py.File("reused.h5") as file:
        assert file["provenance/reused"][0] == 2 and file["provenance/trials"][0] == 2

    os.rename("there/renamed.png", "there/rgb.png")
    shutil.copy("there/grey.png", "there/colour.jpg")
    refused(train("results.h5", AXES % ("there", "there")), "another sweep", "colour.jpg (content ")
    shutil.copy("there/grey.png", "there/rgb.png")
    refused(train("single.h5", "target.image=there/rgb.png"), "'single.h5' holds another sweep",
            "target.image is there/rgb.png (content ", "in the file, there/rgb.png (content ")
    assert digest("results.h5") == before


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("sweep.yaml", "w", encoding="utf-8") as file:
            file.write(SWEEP)
        random = np.random.default_rng(5)
        wanted = make_images(random)
        check_digits(random)
        for check in (check_pixels, check_sizes):
            check(wanted)
        for check in (check_coordinates, check_power_law, check_ranks, check_read_once, check_moved_changed_gone):
            check()
        os.chdir("/")


main()
