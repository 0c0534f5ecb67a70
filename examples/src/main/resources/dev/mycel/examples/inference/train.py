"""Trains a small convolutional network on handwritten digits with PyTorch and writes digits.pt beside this file.

The digits are those of ../digits/optdigits.csv.gz: Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak,
UCI Machine Learning Repository, CC BY 4.0 (licence beside them). The first 1437 rows are learned from. The file holds
the state dict ("model"), the other 360 images as bytes from 0 to 16 ("images"), their labels, and the scores that
PyTorch gives them ("outputs"). Made with PyTorch 2.15.0 on a CPU.
"""

import gzip
import pathlib

import torch
from torch import nn
from torch.nn.functional import cross_entropy

HERE = pathlib.Path(__file__).parent
ROWS = 1437


class DigitsNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.fc1 = nn.Linear(32 * 2 * 2, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        return self.fc2(self.fc1(self.features(x).flatten(1)).relu())


def shifted(x):
    """Each image moved by up to one pixel: a digit stays the digit it is."""
    wide = nn.functional.pad(x, (1, 1, 1, 1))
    moves = torch.randint(0, 3, (len(x), 2)).tolist()
    return torch.stack([wide[i, :, down : down + 8, right : right + 8] for i, (down, right) in enumerate(moves)])


torch.manual_seed(1)
with gzip.open(HERE / "../digits/optdigits.csv.gz", "rt") as lines:
    next(lines)  # column names
    table = torch.tensor([[int(float(cell)) for cell in line.split(",")] for line in lines])
images = table[:, :64].reshape(-1, 1, 8, 8).to(torch.uint8)
labels = table[:, 64]

net = DigitsNet()
epochs, batch = 30, 32
optimizer = torch.optim.Adam(net.parameters(), lr=0.002)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
for epoch in range(epochs):
    for rows in torch.randperm(ROWS).split(batch):
        optimizer.zero_grad()
        cross_entropy(net(shifted(images[rows] / 16)), labels[rows]).backward()
        optimizer.step()
    schedule.step()

net.eval()
with torch.no_grad():
    outputs = net(images[ROWS:] / 16)
print("right:", (outputs.argmax(1) == labels[ROWS:]).sum().item(), "of", len(outputs))
torch.save(
    {"model": net.state_dict(), "images": images[ROWS:].clone(), "labels": labels[ROWS:].clone(), "outputs": outputs},
    HERE / "digits.pt",
)
