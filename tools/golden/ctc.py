"""Writes test/golden/ctc.json: what PyTorch's ctc_loss says of small batches, values and gradients to the logits.

    python3 tools/golden/ctc.py        (Debian's python3-torch 1.13)

Each case: logits [B, S, C], the words' class ids as lists, -log p of each word, and the gradient of their sum to the
logits. Computed in double precision; words that cannot be spelled have zero_infinity's 0. Tensors are float32 in base64.
"""
import base64
import json
import os

import torch
import torch.nn.functional as F

torch.manual_seed(0)


def pack(tensor):
    data = tensor.detach().float().numpy()
    return {"shape": list(data.shape), "data": base64.b64encode(data.tobytes()).decode()}


def case(name, words, positions, classes, scale=1.0):
    logits = (torch.randn(len(words), positions, classes) * scale).double().requires_grad_()
    # Time first, the blank last, as in src/loss/ctc.ts.
    losses = F.ctc_loss(
        logits.log_softmax(2).transpose(0, 1),
        torch.tensor([c for word in words for c in word], dtype=torch.long),
        torch.full((len(words),), positions, dtype=torch.long),
        torch.tensor([len(word) for word in words], dtype=torch.long),
        blank=classes - 1,
        reduction="none",
        zero_infinity=True,
    )
    losses.sum().backward()
    return {"name": name, "words": words, "logits": pack(logits), "losses": pack(losses), "gradient": pack(logits.grad)}


cases = [
    case("the model's positions and classes", [[10, 11], [93, 0, 7, 7, 20]], 25, 95),
    case("sharp logits", [[3, 3, 3], [1, 2, 1, 2], [4], []], 12, 6, scale=12),
    case("as long as fits, and one longer", [[0, 1, 2, 3, 0, 1], [0, 1, 1, 2, 3], [0, 1, 1, 2, 2], [0, 1, 2, 3, 0, 1, 2]], 6, 5),
    case("one position", [[1], [], [0, 1]], 1, 3),
]
path = os.path.join(os.path.dirname(__file__), "../../test/golden/ctc.json")
with open(path, "w") as file:
    json.dump({"torch": torch.__version__, "cases": cases}, file, indent=2)
    file.write("\n")
print(len(cases), "cases with PyTorch", torch.__version__)
