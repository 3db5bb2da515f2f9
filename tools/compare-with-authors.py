"""Runs the authors' model with random weights and writes what it computes, for tools/compare-with-authors.ts.

    python3 tools/compare-with-authors.py CHECKOUT FOLDER
"""
import json
import struct
import sys

import numpy as np
import torch

from authors_model import END, build

checkout, folder = sys.argv[1:3]
model = build(checkout, seed=7)
generator = torch.Generator().manual_seed(11)


def random(*shape):
    return torch.rand(*shape, generator=generator)


# Weights as initialised read nothing and bend nothing: statistics, biases and the rectifier's last layer get values
# that make every part of the model matter.
for name, tensor in model.state_dict().items():
    if name.endswith("running_mean"):
        tensor.copy_(random(*tensor.shape) - 0.5)
    elif name.endswith("running_var"):
        tensor.copy_(random(*tensor.shape) + 0.5)
    elif name == "stn_head.stn_fc2.weight":
        tensor.copy_((random(*tensor.shape) - 0.5) * 0.1)
    elif name.endswith("bias") and name != "stn_head.stn_fc2.bias":
        tensor.add_((random(*tensor.shape) - 0.5) * 0.2)
    elif name.endswith(("tgt_embedding.weight", ".fc.weight")):
        tensor.mul_(20)
model.eval()

height, width, batch, steps = 64, 256, 3, 12
y, x = np.mgrid[0:height, 0:width]
images = np.stack([
    (127 + 120 * np.sin(x[..., None] * (0.05 + 0.02 * i) + y[..., None] * 0.1 * (i - 1) + np.arange(3))).astype(np.uint8)
    for i in range(batch)
])
targets = (random(batch, steps) * END).long()
targets[:, -1] = END
pixels = torch.tensor(images).permute(0, 3, 1, 2).contiguous().float().div(255).sub(0.5).div(0.5)
found = {}
model.encoder.register_forward_hook(lambda _, inputs, output: found.update(features=output))
with torch.no_grad():
    inputs = {"images": pixels, "rec_targets": targets, "rec_lengths": [steps] * batch}
    output = model(inputs)["output"]
    logits = model.decoder([found["features"], targets, [steps] * batch])


def write(path, tensors):
    """The safetensors format, by hand: Debian has no package for it."""
    header, place = {}, 0
    for name, array in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [place, place + array.size * 4]}
        place += array.size * 4
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array, np.float32).tobytes())


write(f"{folder}/weights.safetensors", {k: v.numpy() for k, v in model.state_dict().items() if v.dim() > 0})
write(f"{folder}/expected.safetensors", {
    "images": images.astype(np.float32),
    "targets": targets.numpy().astype(np.float32),
    "control_points": output["ctrl_points"].numpy(),
    "rectified": output["rectified_images"].numpy(),
    "features": found["features"].numpy(),
    "logits": logits.numpy(),
    "greedy": output["pred_rec"].numpy().astype(np.float32),
})
print("logits from", float(logits.min()), "to", float(logits.max()), "- control points off their box by up to",
      float((output["ctrl_points"] - model.stn_head.stn_fc2.bias.view(1, -1, 2)).abs().max()))
