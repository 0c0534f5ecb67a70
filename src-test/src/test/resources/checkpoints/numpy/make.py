"""Made the files beside it with NumPy 1.26.4 and ml_dtypes 0.6.0.

manifest.jsonl has a line for each array: file, key, dtype, shape, and the SHA-256 of the elements in
row-major order, the lowest byte of each first.
"""

import hashlib
import json

import ml_dtypes
import numpy as np

rng = np.random.default_rng(20261)
lines = []


def describe(file, key, array):
    shape = list(array.shape)
    array = np.ascontiguousarray(array)
    little = array if array.dtype.kind == "V" else array.astype(array.dtype.newbyteorder("<"))
    digest = hashlib.sha256(little.tobytes()).hexdigest()
    name = array.dtype.newbyteorder("=").name if array.dtype.kind != "V" else array.dtype.name
    lines.append({"file": file, "key": key, "dtype": name, "shape": shape, "sha256": digest})


def random(dtype, *shape):
    dtype = np.dtype(dtype)
    count = int(np.prod(shape))
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    raw = bytearray(rng.bytes(count * dtype.itemsize))
    if dtype.kind == "u" and dtype.itemsize == 8:
        raw = bytes(b & 127 for b in raw)
    return np.frombuffer(bytes(raw), dtype).reshape(shape)


arrays = {}
kinds = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]
for kind in kinds:
    arrays["little/" + kind] = random("<" + kind, 2, 3)
    arrays["big/" + kind] = random(">" + kind, 3)
    arrays["columns/" + kind] = np.asfortranarray(random("<" + kind, 2, 3))
    arrays["scalar/" + kind] = random(">" + kind, 1).reshape(())
    arrays["empty/" + kind] = random("<" + kind, 0, 3)
arrays["bfloat16"] = random(ml_dtypes.bfloat16, 5)
arrays["float8_e5m2"] = random(ml_dtypes.float8_e5m2, 5)
arrays["cube"] = np.asfortranarray(random(">i4", 2, 3, 4))
arrays["slice"] = random("<f4", 4, 4)[::2, 1:]
arrays["\u5c42.bias"] = random("<f4", 2)

for file, save in (("stored.npz", np.savez), ("deflated.npz", np.savez_compressed)):
    save(file, **arrays)
    for key, array in arrays.items():
        describe(file, key, array)

singles = {
    "float32": arrays["little/f4"],
    "columns": arrays["cube"],
    "big": arrays["big/f8"],
    "scalar": arrays["scalar/f8"],
    "empty": arrays["empty/i4"],
    "bfloat16": arrays["bfloat16"],
}
for name, array in singles.items():
    np.save(name + ".npy", array)
    describe(name + ".npy", "tensor", array)
for major in (2, 3):
    with open(f"version{major}.npy", "wb") as out:
        np.lib.format.write_array(out, arrays["cube"], version=(major, 0))
    describe(f"version{major}.npy", "tensor", arrays["cube"])

# Types that are listed and not loaded.
foreign = {
    "complex64": np.ones(2, "c8"),
    "complex128": np.ones(2, "c16"),
    "longdouble": np.ones(2, np.longdouble),
    "object": np.array([None, 1], object),
    "str": np.array(["ab", "c"]),
    "bytes": np.array([b"ab"]),
    "void": np.ones(3, "V2"),
    "float8_e4m3fn": np.ones(3, ml_dtypes.float8_e4m3fn),
    "datetime64": np.array(["2026-01-01"], "M8[ns]"),
    "timedelta64": np.array([5], "m8[s]"),
    "structured": np.array([(1, (2.0, 3.0))], [("a\u5c42", "<i4"), ("b'", "<f8", (2,))]),
    "nested": np.zeros(1, [("p", [("x", "<f4"), ("y", ">i2")]), ("q", "S3")]),
}
np.savez("foreign.npz", **foreign)
np.savez("nothing.npz")

with open("manifest.jsonl", "w") as out:
    out.writelines(json.dumps(line) + "\n" for line in lines)
