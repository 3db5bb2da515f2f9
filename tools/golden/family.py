"""Writes test/golden/family.json: RARE and SATRN, built of torch.nn's modules after the papers' tables.

    /usr/bin/python3 tools/golden/family.py        (Debian's python3-torch 1.13)

Nothing is taken over from the TypeScript model but the names of its tensors, by which both fill their weights with the same
numbers: a hash of the tensor's name and a value's place. Of each model: parameters by part, and the logits of three images
whose characters are given, in a batch.
"""
import base64
import json
import math
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

CLASSES, EMBEDDED = 97, 98
IMAGES, STEPS = 3, 6
MASK = np.uint64(0xFFFFFFFF)


def mixed(values):
    """32 bits mixed well (a round of Murmur's hash)."""
    h = values.astype(np.uint64) & MASK
    for shift, factor in ((16, 2246822507), (13, 3266489909)):
        h ^= h >> np.uint64(shift)
        h = (h * np.uint64(factor)) & MASK
    return h ^ (h >> np.uint64(16))


def uniform(name, count):
    """Numbers in [-1, 1) of a name."""
    seed = np.uint64(0)
    for character in name.encode():
        seed = (seed * np.uint64(31) + np.uint64(character)) & MASK
    places = (np.arange(count, dtype=np.uint64) * np.uint64(2654435761) + seed) & MASK
    return mixed(places) / 2.0 ** 31 - 1


def initial_points(margin=0.05, half=10):
    return [(margin + (1 - 2 * margin) * i / (half - 1), y) for y in (margin, 1 - margin) for i in range(half)]


def value_of(name, shape):
    values = uniform(name, int(np.prod(shape)))
    if name.endswith("running_var"):
        values = 1 + 0.5 * values
    elif name == "stn_head.stn_fc2.bias":
        values = np.array([math.atanh(2 * place - 1) for point in initial_points() for place in point]) + 0.1 * values
    elif len(shape) > 1:
        values = values * math.sqrt(3 / np.prod(shape[1:])) * (0.05 if name.startswith("stn_head.stn_fc2") else 1)
    elif "norm" in name and name.endswith("weight"):
        values = 1 + 0.3 * values
    else:
        values = 0.2 * values
    return torch.tensor(values.astype(np.float32)).reshape(shape)


def sinusoids(count, width):
    position = torch.arange(count, dtype=torch.float64)[:, None]
    frequency = 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    table = torch.zeros(count, width, dtype=torch.float64)
    table[:, 0::2], table[:, 1::2] = torch.sin(position * frequency), torch.cos(position * frequency)
    return table.float()


class Satrn(nn.Module):
    """Lee et al., arXiv 1910.04396."""

    class Block(nn.Module):
        def __init__(self, width, heads, inner):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
            layers = [nn.Conv2d(width, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU(),
                      nn.Conv2d(inner, inner, 3, padding=1, groups=inner, bias=False), nn.BatchNorm2d(inner), nn.ReLU(),
                      nn.Conv2d(inner, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            self.local = nn.Sequential(*layers)

        def forward(self, x, rows):
            normal = self.norm1(x)
            x = x + self.attention(normal, normal, normal, need_weights=False)[0]
            batch, places, width = x.shape
            image = self.norm2(x).transpose(1, 2).reshape(batch, width, rows, places // rows)
            return x + self.local(image).flatten(2).transpose(1, 2)

    def __init__(self, width=512, heads=8, inner=2048, encoders=12, decoders=6):
        super().__init__()
        self.width = width
        self.shallow = nn.Sequential(
            nn.Conv2d(3, width // 2, 3, padding=1, bias=False), nn.BatchNorm2d(width // 2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(width // 2, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2))
        self.hidden, self.gates = nn.Linear(width, width // 2), nn.Linear(width // 2, 2 * width)
        self.blocks = nn.ModuleList(self.Block(width, heads, inner) for _ in range(encoders))
        self.norm = nn.LayerNorm(width)
        self.embedding = nn.Embedding(EMBEDDED, width)
        layer = nn.TransformerDecoderLayer(width, heads, inner, batch_first=True)
        self.decoder = nn.TransformerDecoder(layer, decoders, nn.LayerNorm(width))
        self.classifier = nn.Linear(width, CLASSES)

    def forward(self, images, tokens):
        features = self.shallow(images)
        rows, columns = features.shape[2:]
        gates = torch.sigmoid(self.gates(torch.relu(self.hidden(features.mean((2, 3))))))
        alpha, beta = gates[:, None, None, : self.width], gates[:, None, None, self.width:]
        placed = features.permute(0, 2, 3, 1) + alpha * sinusoids(rows, self.width)[:, None] \
            + beta * sinusoids(columns, self.width)
        memory = placed.flatten(1, 2)
        for block in self.blocks:
            memory = block(memory, rows)
        memory = self.norm(memory)
        steps = tokens.shape[1]
        mask = torch.full((steps, steps), float("-inf")).triu(1)
        x = self.embedding(tokens) + sinusoids(steps, self.width)
        return self.classifier(self.decoder(x, memory, tgt_mask=mask))

    def parts(self):
        return {"rectifier": [], "backbone": [self.shallow],
                "encoder": [self.hidden, self.gates, self.blocks, self.norm],
                "decoder": [self.embedding, self.decoder, self.classifier]}

    def names(self):
        """Ours by torch's."""
        stacks = "decoder.decoder.decoder"
        yield from conv_names("shallow", (0, 4), "encoder.", self.shallow)
        for part in ("hidden", "gates"):
            yield from ((f"{part}.{p}", f"{stacks}.encoder.positions.{part}.{p}") for p in ("weight", "bias"))
        for i, block in enumerate(self.blocks):
            ours = f"{stacks}.encoder.layers.{i}"
            for name, _ in block.attention.named_parameters():
                yield f"blocks.{i}.attention.{name}", f"{ours}.self_attn.{name}"
            for norm in ("norm1", "norm2"):
                yield from ((f"blocks.{i}.{norm}.{p}", f"{ours}.{norm}.{p}") for p in ("weight", "bias"))
            yield from conv_names(f"blocks.{i}.local", (0, 3, 6), f"{ours}.", block.local)
        yield from ((f"norm.{p}", f"{stacks}.encoder.norm.{p}") for p in ("weight", "bias"))
        yield "embedding.weight", "decoder.decoder.tgt_embedding.weight"
        for name, _ in self.decoder.named_parameters():
            yield f"decoder.{name}", f"{stacks}.decoder.{name}"
        yield from ((f"classifier.{p}", f"decoder.decoder.fc.{p}") for p in ("weight", "bias"))


def conv_names(torch_prefix, places, prefix, sequence):
    for count, place in enumerate(places):
        depthwise = ".depthwise" if sequence[place].groups > 1 else ""
        yield f"{torch_prefix}.{place}.weight", f"{prefix}convolutions.{count}{depthwise}.weight"
        for part in ("weight", "bias", "running_mean", "running_var"):
            yield f"{torch_prefix}.{place + 1}.{part}", f"{prefix}norms.{count}.{part}"


class Rare(nn.Module):
    """Shi et al., CVPR 2016, section 4.1; the convolutions are those of CRNN's table 1."""

    def __init__(self, width=256, half=10):
        super().__init__()
        channels = [3, 64, 128, 256, 512]
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in zip(channels, channels[1:]))
        self.linears = nn.ModuleList([nn.Linear(512 * 2 * 6, 1024), nn.Linear(1024, 1024)])
        self.points = nn.Linear(1024, 4 * half)
        tall = dict(kernel_size=(2, 1), stride=(2, 1))
        self.vgg = nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(128, 256, 3, padding=1), nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(**tall),
            nn.Conv2d(256, 512, 3, padding=1), nn.BatchNorm2d(512), nn.ReLU(),
            nn.Conv2d(512, 512, 3, padding=1), nn.BatchNorm2d(512), nn.ReLU(), nn.MaxPool2d(**tall),
            nn.Conv2d(512, 512, 2), nn.ReLU())
        self.lstm = nn.LSTM(512, width, num_layers=2, bidirectional=True, batch_first=True)
        self.embedding = nn.Embedding(EMBEDDED, width)
        self.query, self.key = nn.Linear(width, width, bias=False), nn.Linear(2 * width, width)
        self.score = nn.Parameter(torch.zeros(width))
        self.cell = nn.GRUCell(width + 2 * width, width)
        self.classifier = nn.Linear(width, CLASSES)
        self.half = half

    def straighten(self, images):
        x = images
        for convolution in self.convolutions:
            x = F.max_pool2d(torch.relu(convolution(x)), 2)
        x = x.flatten(1)
        for linear in self.linears:
            x = torch.relu(linear(x))
        points = torch.tanh(self.points(x)).reshape(len(images), -1, 2)
        # Section 3.1.2: T = (inv(delta) [C; 0])^T, and the grid is T applied to each pixel of the straight word.
        ends = np.linspace(-1, 1, self.half)
        base = np.array([(x, y) for y in (-1, 1) for x in ends])
        kernel = lambda d: np.where(d == 0, 0, d * np.log(np.where(d == 0, 1, d)))
        distance = lambda a, b: ((a[:, None] - b[None]) ** 2).sum(-1)
        count = len(base)
        delta = np.zeros((count + 3, count + 3))
        delta[:count, 0], delta[:count, 1:3], delta[:count, 3:] = 1, base, kernel(distance(base, base))
        delta[count:count + 2, 3:], delta[count + 2, 3:] = base.T, 1
        pixels = np.array([(x, y) for y in np.linspace(-1, 1, 32) for x in np.linspace(-1, 1, 100)])
        lifted = np.concatenate([np.ones((len(pixels), 1)), pixels, kernel(distance(pixels, base))], 1)
        transform = torch.tensor(lifted @ np.linalg.inv(delta)[:, :count]).float()
        grid = (transform @ points).clamp(-1, 1).reshape(len(images), 32, 100, 2)
        return F.grid_sample(images, grid, align_corners=True, padding_mode="border")

    def forward(self, images, tokens):
        features = self.vgg(self.straighten(images))
        memory, _ = self.lstm(features.squeeze(2).transpose(1, 2))
        state = torch.zeros(len(images), self.cell.hidden_size)
        keys, logits = self.key(memory), []
        for step in range(tokens.shape[1]):
            energy = torch.tanh(keys + self.query(state)[:, None]) @ self.score
            glimpse = (energy.softmax(1)[:, :, None] * memory).sum(1)
            state = self.cell(torch.cat([self.embedding(tokens[:, step]), glimpse], 1), state)
            logits.append(self.classifier(state))
        return torch.stack(logits, 1)

    def parts(self):
        return {"rectifier": [self.convolutions, self.linears, self.points], "backbone": [self.vgg],
                "encoder": [self.lstm], "decoder": [self.embedding, self.query, self.key, self.cell, self.classifier]}

    def names(self):
        both = ("weight", "bias")
        for i in range(4):
            yield from ((f"convolutions.{i}.{p}", f"stn_head.convolutions.{i}.{p}") for p in both)
        for i in range(2):
            yield from ((f"linears.{i}.{p}", f"stn_head.linears.{i}.{p}") for p in both)
        yield from ((f"points.{p}", f"stn_head.stn_fc2.{p}") for p in both)
        place = -1
        for name, module in self.vgg.named_children():
            if isinstance(module, nn.Conv2d):
                place += 1
                yield from ((f"vgg.{name}.{p}", f"encoder.convolutions.{place}.{p}") for p in both)
            if isinstance(module, nn.BatchNorm2d):
                parts = (*both, "running_mean", "running_var")
                yield from ((f"vgg.{name}.{p}", f"encoder.norms.{place}.{p}") for p in parts)
        for name, _ in self.lstm.named_parameters():
            yield f"lstm.{name}", f"encoder.lstm.{name}"
        ours = "decoder.decoder"
        yield "embedding.weight", f"{ours}.tgt_embedding.weight"
        yield "query.weight", f"{ours}.attention.query.weight"
        yield "score", f"{ours}.attention.score"
        yield from ((f"key.{p}", f"{ours}.attention.key.{p}") for p in both)
        for name, _ in self.cell.named_parameters():
            yield f"cell.{name}", f"{ours}.gru.{name}"
        yield from ((f"classifier.{p}", f"{ours}.fc.{p}") for p in both)


def pack(tensor):
    return base64.b64encode(tensor.detach().numpy().astype("float32").tobytes()).decode()


def figures(model):
    model.eval()
    names = dict(model.names())
    tensors = {name: tensor for name, tensor in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    assert names.keys() == tensors.keys(), names.keys() ^ tensors.keys()
    with torch.no_grad():
        for name, tensor in tensors.items():
            tensor.copy_(value_of(names[name], tuple(tensor.shape)))
        bytes_ = np.floor((uniform("images", IMAGES * 32 * 100 * 3) + 1) * 128)
        images = torch.tensor(bytes_.astype(np.float32)).reshape(IMAGES, 32, 100, 3).permute(0, 3, 1, 2) / 127.5 - 1
        ids = np.floor((uniform("characters", IMAGES * (STEPS - 1)) + 1) * 47).astype(np.int64).reshape(IMAGES, STEPS - 1)
        tokens = torch.tensor(np.concatenate([np.full((IMAGES, 1), CLASSES), ids], 1))
        logits = model(images, tokens)
    count = lambda modules: sum(p.numel() for module in modules for p in module.parameters())
    parts = {part: count(modules) for part, modules in model.parts().items()}
    total = sum(p.numel() for p in model.parameters())
    parts["decoder"] += total - sum(parts.values())
    print(type(model).__name__, total, parts, "logits' deviation", float(logits.std()))
    return {"parameters": total, "parts": parts, "logits": {"shape": list(logits.shape), "data": pack(logits)}}


content = {"torch": torch.__version__, "rare": figures(Rare()), "satrn": figures(Satrn())}
path = os.path.join(os.path.dirname(__file__), "../../test/golden/family.json")
with open(path, "w") as file:
    json.dump(content, file, indent=2)
    file.write("\n")
