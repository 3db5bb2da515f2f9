"""Training steps a second of the authors' PyTorch code: forward, loss, backward, Adam.

    python3 bench/authors.py CHECKOUT
"""
import json
import os
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../tools"))
from authors_model import END, build

checkout, batch, steps = sys.argv[1], 32, 4
torch.set_num_threads(os.cpu_count())
model = build(checkout).train()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9)
length = 13
inputs = {
    "images": torch.rand(batch, 3, 64, 256) * 2 - 1,
    "rec_targets": torch.randint(0, END, (batch, length)),
    "rec_lengths": [length] * batch,
}
times = []
for step in range(steps + 1):
    started = time.perf_counter()
    optimizer.zero_grad()
    loss = model(inputs)["losses"]["loss_rec"].mean()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step > 0:
        times.append(time.perf_counter() - started)
times.sort()
print(json.dumps({"samplesPerSecond": batch / times[len(times) // 2], "torch": torch.__version__}))
