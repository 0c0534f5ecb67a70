"""Writes the encrypted checkpoints beside it with MindSpore 2.7.0, in blocks of 1 KiB instead of 64 MiB.

    python make.py
"""

import os
from pathlib import Path

import mindspore as ms
import numpy as np
from mindspore.train import serialization

serialization.ENCRYPT_BLOCK_SIZE = 1  # in KiB
KEY = b"0123456789abcdef0123456789abcdef"
TYPES = (ms.float16, ms.float32, ms.float64, ms.bfloat16, ms.int8, ms.int16, ms.int32, ms.int64, ms.uint8, ms.bool_)

ms.set_device("CPU")
entries = {"weight": ms.Parameter(ms.Tensor(np.arange(800, dtype=np.float32).reshape(40, 20) / 8), name="weight")}
for dtype in TYPES:
    name = f"t.{dtype}"
    entries[name] = ms.Parameter(ms.Tensor(np.arange(6).reshape(2, 3) % 2, dtype), name=name)
appended = {"epoch": 12, "loss": 0.25, "best": True, "note": "na\u00efve \u2713 \U0001f600"}

for mode in ("AES-GCM", "AES-CBC"):
    for bits in (128, 256):
        path = Path(__file__).parent / f"{mode.lower()}_{bits}.ckpt"
        path.unlink(missing_ok=True)
        ms.save_checkpoint(entries, str(path), append_dict=appended, enc_key=KEY[:bits // 8], enc_mode=mode)
        os.chmod(path, 0o644)
plain = Path(__file__).parent / "plain.ckpt"
plain.unlink(missing_ok=True)
ms.save_checkpoint(entries, str(plain), append_dict=appended)
os.chmod(plain, 0o644)
