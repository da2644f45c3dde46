"""Who is measured: the program, and PyTorch under different settings of its environment. Each answers with process CPU
time per step in milliseconds, on the core that the caller is pinned to."""

import datetime
import glob
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS", "MKL_NUM_THREADS")}
TUNING = "OPENBLAS_CORETYPE", "ATEN_CPU_CAPABILITY", "BLIS_ARCH_TYPE", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"


class Failure(Exception):
    """A contestant did not answer; the message says which and why."""


def environment(settings):
    """This process's environment with one thread, and of the tuning variables only those in `settings`."""
    inherited = {name: value for name, value in os.environ.items() if name not in TUNING}
    return {**inherited, **ONE_THREAD, **settings}


def run(command, settings):
    """Standard output of a command under `settings`."""
    done = subprocess.run(command, env=environment(settings), text=True, capture_output=True)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Program:
    """specbias bench."""

    def __init__(self, path):
        self.path = path

    def version(self):
        """Name, version and revision."""
        lines = run([self.path, "--version"], {}).splitlines()
        return " ".join([lines[0].split(",")[0], *lines[1:]])

    def command(self, case, steps):
        return [self.path, "bench", "--json", "--case", case, "--rounds", "1", "--steps", str(steps)]

    def bench(self, case, steps, kernels=None):
        """What `bench` reports of the case: a row of its `results`."""
        command = self.command(case, steps) + (["--kernels", kernels] if kernels else [])
        return json.loads(run(command, {}))["results"][0]

    def companion(self, case, steps):
        """The same in a process of its own, on the core that the caller is pinned to now; its output is dropped."""
        return subprocess.Popen(self.command(case, steps), env=environment({}), stdout=subprocess.DEVNULL)


class Torch:
    """A worker process of torch_step.py, until it is closed."""

    def __init__(self, settings):
        self.settings = settings
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, "torch_step.py")], env=environment(settings),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = json.loads(self.read())

    def name(self):
        return f"{self.about['blas']}, {describe(self.settings)}"

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"PyTorch with {describe(self.settings)}: the worker ended with code {self.process.wait()}")
        return line

    def measure(self, case, form, steps):
        self.process.stdin.write(f"{case},{form},{steps}\n")
        self.process.stdin.flush()
        return float(self.read())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def processor():
    """Name and flags of the processor."""
    with open("/proc/cpuinfo") as file:
        rows = dict(reversed([[part.strip() for part in line.split(":", 1)] for line in file if ":" in line]))
    return rows.get("model name", "unknown processor"), set(rows.get("flags", "").split())


def has_avx512():
    return {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= processor()[1]


def machine(cores):
    return {"date": datetime.date.today().isoformat(), "processor": processor()[0], "cores": cores}


def blas_folders(given):
    """By name, the folder of one OpenBLAS and of one BLIS, with one thread their builds are alike: `given`, else
    Debian's."""
    found = {}
    for name in "openblas", "blis":
        folders = [given] if given and os.path.basename(os.path.normpath(given)).startswith(name) else []
        for threads in "serial", "openmp", "pthread":
            folders += glob.glob(f"/usr/lib/*/{name}-{threads}")
        folders = [folder for folder in folders if os.path.exists(os.path.join(folder, "libblas.so.3"))]
        if folders:
            found[name] = os.path.abspath(folders[0])
    return found


def with_blas(folder, settings):
    path = os.pathsep.join(filter(None, (folder, os.environ.get("LD_LIBRARY_PATH"))))
    return {"LD_LIBRARY_PATH": path, **settings}


def tuned(given_blas):
    """PyTorch with the settings that are known to help it on a processor with AVX-512."""
    if not has_avx512():
        raise Failure("this processor has no AVX-512")
    folders = blas_folders(given_blas)
    if "openblas" not in folders:
        raise Failure("OpenBLAS is not installed")
    settings = {"OPENBLAS_CORETYPE": "SkylakeX", "ATEN_CPU_CAPABILITY": "avx512"}
    worker = Torch(with_blas(folders["openblas"], settings))
    if not worker.about["blas"].startswith("OpenBLAS"):
        worker.close()
        raise Failure(f"this PyTorch takes no other BLAS than {worker.about['blas']}")
    return worker


# glibc returns large blocks to the system and takes them back at every step unless told not to: kept, PyTorch's steps of
# a to d took 6 to 25% less time on a Zen 4.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296"}


def tunings(given_blas):
    """Settings under which PyTorch might be fastest on this processor. All keep memory; and each BLAS that is installed is
    tried with its kernels for AVX-512 and for AVX2 whatever it would choose itself, and PyTorch's own loops for the wider
    of them. Those of BLIS are chosen by a number, 0 (skx) and 3 (haswell) in versions 0.8 and 0.9; in others these are
    just two more settings."""
    yield KEEP_MEMORY
    wide = has_avx512()
    if not wide and "avx2" not in processor()[1]:
        return
    variable = {"openblas": "OPENBLAS_CORETYPE", "blis": "BLIS_ARCH_TYPE"}
    kernels = {"openblas": ["SkylakeX"] * wide + ["Haswell"], "blis": ["0"] * wide + ["3"]}
    for blas, folder in blas_folders(given_blas).items():
        for kernel in kernels[blas]:
            settings = {variable[blas]: kernel, "ATEN_CPU_CAPABILITY": "avx512" if wide else "avx2"}
            yield with_blas(folder, {**settings, **KEEP_MEMORY})


def describe(settings):
    """What matters of `settings`, in words; the library shows in what PyTorch says it runs on."""
    words = [f"{name}={value}" for name, value in settings.items() if name not in KEEP_MEMORY and name != "LD_LIBRARY_PATH"]
    return " ".join(words + ["memory kept"] * (KEEP_MEMORY.items() <= settings.items())) or "nothing set"
