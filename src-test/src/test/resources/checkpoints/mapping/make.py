"""Made the files beside it with PyTorch 2.15.0: each holds a state dict under "model", inputs and what the module gives for them."""

import torch
from torch import nn

torch.manual_seed(20264)


class Conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.act = nn.PReLU(4)
        self.up = nn.ConvTranspose2d(4, 3, 2, stride=2, bias=False)
        self.norm = nn.GroupNorm(3, 3)
        self.fc = nn.Linear(3 * 8 * 8, 5)

    def forward(self, x):
        y = self.act(self.bn(self.conv(x)))
        return self.fc(self.norm(self.up(y)).flatten(1))


class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv1d(3, 4, 3, padding=1), nn.BatchNorm1d(4), nn.ReLU(), nn.Conv1d(4, 2, 1, bias=False))

    def forward(self, x):
        return self.layers(x)


class Text(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 6)
        self.lstm = nn.LSTM(6, 4, num_layers=2, bidirectional=True, batch_first=True)
        self.norm = nn.LayerNorm(8)
        self.scores = nn.Linear(8, 3)

    def forward(self, ids):
        return self.scores(self.norm(self.lstm(self.embedding(ids))[0]))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 4, num_layers=2, bidirectional=True)
        self.rnn = nn.RNN(8, 3, nonlinearity="tanh")
        self.cell = nn.GRUCell(3, 2)

    def forward(self, x):
        y = self.rnn(self.gru(x)[0])[0]
        return self.cell(y[-1], torch.zeros(y.shape[1], 2))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.TransformerEncoderLayer(8, 2, dim_feedforward=12, dropout=0.0, batch_first=True) for _ in range(2)]
        )
        self.attention = nn.MultiheadAttention(8, 2, kdim=5, vdim=6, batch_first=True)
        self.norm = nn.LayerNorm(8)

    def forward(self, x, key, value):
        for layer in self.layers:
            x = layer(x)
        return self.norm(self.attention(x, key, value)[0])


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 4)
        self.scores = nn.Linear(4, 7, bias=False)
        self.scores.weight = self.embedding.weight

    def forward(self, ids):
        return self.scores(self.embedding(ids))


def save(name, module, *inputs):
    for parameter in module.parameters():
        if parameter.dim() == 1:
            parameter.data.uniform_(0.2, 1.2)
    for buffer in module.buffers():
        if buffer.dtype == torch.float32:
            buffer.uniform_(0.5, 1.5)
    module.eval()
    with torch.no_grad():
        output = module(*inputs)
    torch.save({"model": module.state_dict(), "inputs": list(inputs), "output": output}, name)


save("conv.pt", Conv(), torch.randn(2, 2, 4, 4))
save("line.pt", Line(), torch.randn(2, 3, 7))
save("text.pt", Text(), torch.randint(0, 11, (2, 5)))
save("recurrent.pt", Recurrent(), torch.randn(5, 2, 3))
save("encoder.pt", Encoder(), torch.randn(2, 3, 8), torch.randn(2, 4, 5), torch.randn(2, 4, 6))
save("tied.pt", Tied(), torch.randint(0, 7, (2, 3)))
