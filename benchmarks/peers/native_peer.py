"""Programs in C and C++, compiled here when they are needed, with a whole epoch in their loop.

Libraries are looked for where pip puts them (``mkl mkl-devel mkl-include onednn-devel-cpu-gomp``),
DLL in the folder that DLL_HOME names, which has etl in it, and cpp_utils in that.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
MINE = Path(sys.prefix)
FLAGS = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC", "-w"]
# {source: (the library's file, its header)}
NEEDED = {
    "mlp_mkl.c": ("libmkl_rt.so.3", "mkl.h"),
    "lenet_onednn.cpp": ("libdnnl.so.3", "dnnl.hpp"),
    "mlp_dll.cpp": ("libmkl_rt.so.3", "mkl.h"),
}
# DLL's newest state that gcc 12 compiles is of 2020. Its vectors of AVX-512 no compiler takes, and
# its arithmetic is not meant for -ffast-math.
OF_DLL = "-std=c++2a -march=x86-64-v3 -fno-fast-math -DNDEBUG -ftemplate-depth=1024".split()
OF_DLL += "-DETL_VECTORIZE_FULL -DETL_PARALLEL -DETL_RELAXED -DETL_MKL_MODE".split()
OF_DLL += ["-DETL_BLAS_THREADS"]


def versions():
    asked = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True)
    return {"gcc": asked.stdout.strip()}


def build(work, arrays, options):
    os.environ.setdefault(
        "MKL_THREADING_LAYER", "GNU"
    )  # the threads of -fopenmp, not a second pool
    library = ctypes.CDLL(str(compiled(options["source"])))
    library.run.restype = ctypes.c_double
    n_params = len(arrays) - 2
    params = [np.ascontiguousarray(arrays[f"p{i}"]) for i in range(n_params)]
    x, y = (np.ascontiguousarray(arrays[name]) for name in "xy")
    sizes = [x.shape[1], *work.get("maps", []), *work.get("n_hidden", []), 10]
    pointers = (ctypes.c_void_p * n_params)(*[each.ctypes.data for each in params])
    library.load(
        ctypes.c_void_p(x.ctypes.data),
        ctypes.c_void_p(y.ctypes.data),
        pointers,
        (ctypes.c_int * len(sizes))(*sizes),
        len(sizes) - 1,
        work["batch_size"],
        ctypes.c_float(work["learning_rate"]),
        ctypes.c_float(work["l2"]),
        options["threads"],
    )
    held = x, y, params  # which the library reads and writes

    def result():
        if hasattr(library, "save"):
            library.save()
        return held[2]

    return lambda n: [library.run(n)], result


def compiled(source: str) -> Path:
    """The shared library made of a source, in the folder of caches."""
    library, header = NEEDED[source]
    compiler = shutil.which("g++" if source.endswith("pp") else "gcc")
    if compiler is None:
        raise RuntimeError(f"{source} needs a C compiler: install gcc")
    for folder, name in (("lib", library), ("include", header)):
        if not (MINE / folder / name).exists():
            raise RuntimeError(f"{source} needs {name}, which is not in {MINE / folder}")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or tempfile.mkdtemp()) / "native"
    made = cache / f"{source}.so"
    if not made.exists():
        cache.mkdir(parents=True, exist_ok=True)
        where = [f"-I{MINE / 'include'}", f"-L{MINE / 'lib'}", f"-Wl,-rpath,{MINE / 'lib'}"]
        flags = [*FLAGS, *where, *(of_dll(cache) if "dll" in source else [])]
        command = [compiler, *flags, str(HERE / source), f"-l:{library}", "-lm", "-o", str(made)]
        finished = subprocess.run(command, capture_output=True, text=True)
        if finished.returncode:
            lines = finished.stderr.strip().splitlines()
            raise RuntimeError(next((line for line in lines if "error" in line), lines[-1]))
    return made


def of_dll(cache: Path) -> list[str]:
    """Flags for DLL, and the header of an ordinary BLAS, which it includes beside MKL's."""
    home = os.environ.get("DLL_HOME")
    if not home:
        raise RuntimeError("DLL_HOME does not say where DLL is")
    (cache / "cblas.h").write_text('#include "mkl_cblas.h"\n')
    folders = [
        cache,
        *(Path(home) / name for name in ("include", "etl/include", "etl/lib/include")),
    ]
    return [*OF_DLL, *(f"-I{each}" for each in folders)]
