"""Made the files beside it with PyTorch 2.15.0: options of torch.save that the golden files leave at their defaults."""

from collections import OrderedDict

import torch

torch.manual_seed(20261)
x = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
value = {
    "x": x,
    "turned": x.permute(2, 0, 1),
    "last": x.reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
    "unsigned": torch.tensor([1, 65535], dtype=torch.uint16),
    "complex": torch.tensor([1 + 2j]),
    "size": x.size(),
    "dtype": torch.bfloat16,
    "bytes": b"ab\xff",
    "set": {7},
    "ordered": OrderedDict(a=1),
    "long": 2**80,
    "parameter": torch.nn.Parameter(torch.ones(2)),
}
for protocol in (2, 3, 4, 5):
    torch.save(value, f"protocol{protocol}.pt", pickle_protocol=protocol)
    torch.save(value, f"legacy{protocol}.pt", pickle_protocol=protocol, _use_new_zipfile_serialization=False)
torch.serialization.set_crc32_options(False)
torch.save(value, "without_crc.pt")
