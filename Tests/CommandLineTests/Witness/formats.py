"""Writes a SciPy matrix as .mtx, .mtx.gz and .npy beside it: formats.py X.npz."""

import gzip
import shutil
import sys

import numpy as np
import scipy.io
import scipy.sparse

path = sys.argv[1]
stem = path.removesuffix(".npz")
rows = scipy.sparse.load_npz(path)
# Nine digits bring every 32-bit number back.
scipy.io.mmwrite(f"{stem}.mtx", rows, precision=9)
np.save(f"{stem}.npy", rows.toarray())
with open(f"{stem}.mtx", "rb") as source, gzip.open(f"{stem}.mtx.gz", "wb") as target:
    shutil.copyfileobj(source, target)
print("{}")
