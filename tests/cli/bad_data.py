"""Claim: data that is missing, damaged or not what the sweep needs is refused by name before anything is trained or
written: on one line, with exit code 2, by `run` on 1 and on 3 ranks and by `plan`.
"""
import concurrent.futures
import gzip
import os
import struct
import subprocess
import sys
import tempfile
import zlib

try:
    import numpy as np
    from PIL import Image
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

sys.path.insert(0, __file__.rsplit("/", 2)[0])
import idx

PROGRAM, MPIRUN = os.environ["SPECBIAS"], os.environ["SPECBIAS_MPIRUN"].split()
# A start of MPI on one rank needs no daemon; each has its folder, or one removes that in which another makes its own.
os.environ["OMPI_MCA_ess_singleton_isolated"] = "1"
SWEEP = """
specbias: 1
target: {kind: image, size: 12, image: good.png}
model: {depth: 2, width: 4}
training: {steps: 3}
"""
IMAGE = "target.image: "
DIGITS = "target: {{kind: digits, images: {}, labels: {}, classes: [{}], samples: {}}}"


def png(columns, rows, data, colour=2, depth=8):
    """A PNG whose chunks are sound, whatever is in them."""
    head = struct.pack(">IIBBBBB", columns, rows, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(data)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks)


def write(name, content):
    with open(name, "wb") as file:
        file.write(content)


def read(name):
    with open(name, "rb") as file:
        return file.read()


def digits(images="digits.idx", labels="labels.idx", classes="3, 8", samples=5):
    return DIGITS.format(images, labels, classes, samples)


def make_files():
    """Sound files, what is made of them, and for each case: overrides, and parts of the one line."""
    pixels = np.random.default_rng(2).integers(0, 256, (14, 20, 3), dtype=np.uint8)
    Image.fromarray(pixels).save("good.png")
    Image.fromarray(pixels).save("good.jpg")
    Image.fromarray(pixels).convert("CMYK").save("print.jpg")
    Image.fromarray(np.concatenate([pixels, pixels[:, :, :1]], axis=2)).save("glass.png")
    good, jpeg = read("good.png"), read("good.jpg")
    write("cut.png", good[:len(good) // 2])
    write("bit.png", good[:100] + bytes([good[100] ^ 4]) + good[101:])
    write("short.png", png(20, 14, bytes(61 * 13)))
    write("bomb.png", png(1000000, 1000000, b""))
    write("cut.jpg", jpeg[:len(jpeg) // 2])
    write("bit.jpg", jpeg[:-60] + b"\xff\xd9\xff\xd9" + jpeg[-56:])
    write("empty.png", b"")
    write("text.png", b"not an image\n")
    images = idx.encode(np.arange(6 * 28 * 28).reshape(6, 28, 28) % 168)
    labels = idx.encode([3, 8, 3, 8, 3, 1])
    write("digits.idx", images)
    write("labels.idx", labels)
    write("packed.idx.gz", gzip.compress(images))
    write("cut.idx", images[:-3])
    write("long.idx", images + b"\0")
    write("cut.idx.gz", gzip.compress(images)[:-9])
    write("bit.idx.gz", gzip.compress(images)[:-8] + bytes(8))
    write("head.idx", images[:9])
    write("floats.idx", bytes([0, 0, 13, 3]) + images[4:])
    write("huge.idx", bytes([0, 0, 8, 3]) + b"\xff" * 12 + images[16:])
    write("five.idx", idx.encode([3, 8, 3, 8, 3]))
    with open("vast.idx", "wb") as file:  # a hole, which takes no room on the disk
        file.truncate(2**30 + 1)
    os.mkdir("folder.png")
    return [
        ([IMAGE + "missing.png"], ["missing.png: cannot be opened: No such file"]),
        ([IMAGE + "no/such.png"], ["no/such.png: cannot be opened: No such file"]),
        ([IMAGE + "folder.png"], ["folder.png: found a folder; allowed a file of data"]),
        ([IMAGE + "/dev/zero"], ["/dev/zero: found a device"]),
        ([IMAGE + "empty.png"], ["'empty.png' is empty"]),
        ([IMAGE + "text.png"], ["'text.png' is neither a PNG nor a JPEG image"]),
        ([IMAGE + "digits.idx"], ["'digits.idx' is neither a PNG nor a JPEG image"]),
        ([IMAGE + "cut.png"], ["'cut.png' is a damaged PNG image: "]),
        ([IMAGE + "bit.png"], ["'bit.png' is a damaged PNG image: "]),
        ([IMAGE + "short.png"], ["'short.png' is a damaged PNG image: "]),
        ([IMAGE + "bomb.png"], ["'bomb.png' ", "1000000 x "]),
        ([IMAGE + "glass.png"], ["'glass.png' is transparent at column 0, row 0"]),
        ([IMAGE + "cut.jpg"], ["'cut.jpg' is a damaged JPEG image: Premature end of JPEG file"]),
        ([IMAGE + "bit.jpg"], ["'bit.jpg' is a damaged JPEG image: "]),
        ([IMAGE + "print.jpg"], ["'print.jpg' is a JPEG image in the four colours of print"]),
        (["target.size: 15"], ["target.size: found 15, but 'good.png' has 20 x 14 pixels; allowed a crop of up to 14"]),
        (["axes: [target.size: [14, 15]]"], ["found 15, but 'good.png' has 20 x 14 pixels", "(first at target.size: 15)"]),
        (["axes: [target.image: [good.png, cut.png]]"], ["'cut.png' is a damaged PNG image: "]),
        (["axes: [target: [{kind: sinusoids}, {kind: image, image: cut.jpg, size: 8}]]"], ["'cut.jpg' is a damaged JPEG"]),
        ([digits("cut.idx")], ["'cut.idx' is cut short: 4701 bytes follow its head, which says 6 x 28 x 28"]),
        ([digits("long.idx")], ["'long.idx' is too long: 4705 bytes follow its head, which says 6 x 28 x 28"]),
        ([digits("head.idx")], ["'head.idx' is cut short: it ends within its head, after 9 bytes"]),
        ([digits("cut.idx.gz")], ["'cut.idx.gz' is cut short: its gzip data ends within a block"]),
        ([digits("bit.idx.gz")], ["'bit.idx.gz' is damaged: "]),
        ([digits("huge.idx")], ["'huge.idx' says that it holds 4294967295 x 4294967295 x 4294967295 bytes; allowed up to"]),
        ([digits("vast.idx")], ["vast.idx: found more than 1073741824 bytes; a file of data has at most that many"]),
        ([digits("floats.idx")], ["'floats.idx' is IDX with elements of type 0x0d; allowed bytes"]),
        ([digits("labels.idx")], ["target.images: 'labels.idx' is IDX with 1 dimension; allowed 3"]),
        ([digits("good.png")], ["'good.png' is no IDX file"]),
        ([digits("folder.png")], ["folder.png: found a folder"]),
        ([digits(labels="digits.idx")], ["target.labels: 'digits.idx' is IDX with 3 dimensions; allowed 1"]),
        ([digits(labels="five.idx")], ["'five.idx' with 5 labels for the 6 images of 'digits.idx'"]),
        ([digits(classes="3, 5")], ["target.classes: found the class 5, of which 'labels.idx' has no sample"]),
        ([digits(samples=6)], ["target.samples 6, but 'labels.idx' has 5 samples of these classes"]),
        ([digits(labels="none")], ["target.images: found no file of labels"]),
        ([digits(classes="3")], ["target.classes: found one class; allowed two or more"]),
        ([digits(classes="3, 3")], ["target.classes: found 3 twice"]),
        ([digits(), "target.pixels: 783"],
         ["target.pixels: found 783, but 'digits.idx' has images of 28 x 28 pixels; allowed 784"]),
        ([digits(), "noise.kind: component", "noise.component: 785"],
         ["noise.component: found component 785 of 784 inputs; allowed up to their number"]),
    ]


def check(case, command):
    overrides, parts = case
    with tempfile.TemporaryDirectory(dir=".") as folder:
        output = os.path.join(folder, "results.h5")
        arguments = [*command, "sweep.yaml"] + (["-o", output] if command[-1] == "run" else [])
        for override in overrides:
            arguments += ["--set", override.replace(": ", "=", 1)]
        os.mkdir(os.path.join(folder, "mpi"))
        environment = dict(os.environ, OMPI_MCA_orte_tmpdir_base=os.path.abspath(os.path.join(folder, "mpi")))
        result = subprocess.run(arguments, capture_output=True, encoding="utf-8", timeout=60, check=False,
                                env=environment)
        lines = [line for line in result.stderr.splitlines() if line.startswith("specbias: ")]
        told = f"{' '.join(arguments)}: {result.returncode}\n{result.stdout}{result.stderr}"
        assert result.returncode == 2 and result.stdout.count("specbias") == 0, told
        assert len(lines) == 1 and all(part in lines[0] for part in parts), f"{parts}\n{told}"
        if command[0] == PROGRAM:  # mpirun adds lines of its own
            assert result.stderr == lines[0] + "\n", told
        assert not os.path.exists(output), told


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write("sweep.yaml", SWEEP.encode())
        cases = make_files()
        for sound in ("model.width: 4", digits(), digits("packed.idx.gz")):  # of which nothing is refused
            good = subprocess.run([PROGRAM, "plan", "sweep.yaml", "--set", sound.replace(": ", "=", 1)],
                                  capture_output=True, encoding="utf-8", check=False)
            assert good.returncode == 0, good.stderr
        commands = ([PROGRAM, "plan"], [PROGRAM, "run"], [*MPIRUN, "3", PROGRAM, "run"])
        with concurrent.futures.ThreadPoolExecutor(4) as pool:  # they mostly wait
            jobs = [pool.submit(check, case, command) for command in commands for case in cases]
            for job in jobs:
                job.result()
        os.chdir("/")


main()
