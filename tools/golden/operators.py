"""Writes test/golden/operators.json: what PyTorch computes for our operators, forward and backward.

    python3 tools/golden/operators.py        (Debian's python3-torch 1.13)

Each case: inputs with their shapes, the output, a random upstream gradient, and the gradients of
sum(output * upstream) to the inputs that are differentiated. Values are float32 in base64.
"""
import base64
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(0)
cases = []


def pack(tensor):
    array = tensor.detach().numpy()
    kind = "int32" if array.dtype in (np.int64, np.int32) else "float32"
    return {"shape": list(array.shape), "type": kind, "data": base64.b64encode(array.astype(kind).tobytes()).decode()}


def case(name, function, *inputs, fixed=()):
    leaves = [x.clone().requires_grad_(x.is_floating_point() and i not in fixed) for i, x in enumerate(inputs)]
    result = function(*leaves)
    output, *others = result if isinstance(result, tuple) else (result,)
    upstream = torch.randn(output.shape)
    (output * upstream).sum().backward()
    cases.append({
        "name": name,
        "inputs": [pack(x) for x in inputs],
        "outputs": [pack(output)] + [pack(x) for x in others],
        "upstream": pack(upstream),
        "gradients": [pack(x.grad) if x.requires_grad else None for x in leaves],
    })


r = torch.randn
p = lambda *shape: torch.rand(*shape) + 0.5
case("add", torch.add, r(2, 3, 4), r(3, 1))
case("subtract", torch.sub, r(2, 1, 3), r(2, 4, 1))
case("multiply", torch.mul, r(5), r(4, 5))
case("divide", torch.div, r(2, 1, 3), p(2, 4, 1))
for name in ("exp", "log", "sqrt", "sigmoid", "tanh", "relu", "neg"):
    case(name, getattr(torch, name), p(3, 4) if name in ("log", "sqrt") else r(3, 4))
case("power", lambda x: x ** 2.5, p(3, 4))
case("clamp", lambda x: x.clamp(-0.5, 0.7), r(3, 5))
case("select", lambda a, b: torch.where(a >= 0.1, a, b), r(3, 4), r(4))
case("sum", lambda x: x.sum((0, 2)), r(2, 3, 4))
case("mean", lambda x: x.mean(1, keepdim=True), r(2, 3, 4))
case("maximum", lambda x: x.amax(2), r(2, 3, 4))
case("reshape", lambda x: x.reshape(4, 3), r(2, 6))
case("transpose", lambda x: x.permute(2, 0, 1), r(2, 3, 4))
case("expand", lambda x: x.expand(2, 3, 4), r(3, 1))
case("slice", lambda x: x[:, 1:6:2], r(3, 7))
case("concatenate", lambda a, b: torch.cat([a, b], 1), r(2, 3), r(2, 1))
case("pad", lambda x: F.pad(x, (0, 0, 1, 2), value=3.0), r(3, 2))
case("gather", lambda x: x.index_select(1, torch.tensor([3, 0, 3])), r(2, 4, 3))
case("embedding", lambda x, ids: F.embedding(ids, x), r(4, 5), torch.tensor([[3, 0, 3], [1, 1, 2]]))
case("matrixProduct", torch.matmul, r(3, 4), r(4, 2))
case("matrixProduct broadcast", torch.matmul, r(2, 1, 3, 4), r(5, 4, 2))
case("linear", F.linear, r(2, 3, 4), r(5, 4), r(5))
case("convolution", lambda x, w, b: F.conv2d(x, w, b, padding=1), r(2, 3, 5, 7), r(4, 3, 3, 3), r(4))
case("convolution stride", lambda x, w: F.conv2d(x, w, stride=(2, 1), padding=1), r(2, 2, 6, 7), r(3, 2, 3, 3))
case("convolution 1x1 stride", lambda x, w: F.conv2d(x, w, stride=(2, 1)), r(2, 2, 5, 4), r(3, 2, 1, 1))
case("convolution kernel 1x3", lambda x, w: F.conv2d(x, w, padding=(0, 1)), r(2, 2, 3, 4), r(3, 2, 1, 3))
case("convolution groups", lambda x, w: F.conv2d(x, w, groups=2, padding=1), r(2, 4, 4, 5), r(6, 2, 3, 3))
case("convolution depthwise", lambda x, w: F.conv2d(x, w, groups=3, padding=1, stride=(1, 2)), r(2, 3, 4, 5), r(3, 1, 3, 3))
case("convolution over one row", lambda x, w: F.conv2d(x, w, padding=1), r(2, 3, 1, 6), r(4, 3, 3, 3))
case("convolution over two rows", lambda x, w: F.conv2d(x, w, padding=1, stride=(2, 1)), r(2, 3, 2, 6), r(4, 3, 3, 3))
case("maxPool2x2", lambda x: F.max_pool2d(x, 2), F.relu(r(2, 2, 4, 6)))


def batch_norm(x, scale, bias):
    mean, variance = torch.zeros(x.shape[1]), torch.zeros(x.shape[1])
    y = F.batch_norm(x, mean, variance, scale, bias, training=True, momentum=1.0)
    return y, mean, variance


case("batchNormTraining", batch_norm, r(3, 2, 2, 4) * 2 + 1, r(2), r(2))
case("batchNormTraining 2-D", batch_norm, r(6, 3) * 2 + 1, r(3), r(3))
case("batchNormInference", lambda x, s, b, m, v: F.batch_norm(x, m, v, s, b), r(3, 2, 2, 4), r(2), r(2), r(2), p(2), fixed=(3, 4))
case("layerNorm", lambda x, s, b: F.layer_norm(x, (8,), s, b), r(2, 3, 8), r(8), r(8))
case("softmax", lambda x: x.softmax(1), r(2, 3, 5))
case("logSoftmax", lambda x: x.log_softmax(-1), r(2, 5))
grid = torch.rand(2, 4, 3, 2) * 1.9 - 0.95
grid[0, 0, 0] = torch.tensor([-1.0, 1.0])
case("gridSample", lambda x, g: F.grid_sample(x, g, align_corners=True, padding_mode="border"), r(2, 3, 5, 7), grid, fixed=(0,))


def attention(x, in_weight, in_bias, out_weight, out_bias):
    mask = torch.full((5, 5), float("-inf")).triu(1)
    turned = x.transpose(0, 1)
    y, _ = F.multi_head_attention_forward(turned, turned, turned, 8, 2, in_weight, in_bias, None, None, False, 0.0,
                                          out_weight, out_bias, attn_mask=mask, need_weights=False)
    return y.transpose(0, 1)


case("multiHeadAttention", attention, r(3, 5, 8), r(24, 8), r(24), r(8, 8), r(8))

targets = torch.tensor([[5, 94, 95], [40, 11, 94]])
for alpha, gamma in ((1.0, 0.0), (1.0, 0.5), (0.99, 1.0), (1.0, 2.0), (0.25, 5.0)):
    def focal(logits, alpha=alpha, gamma=gamma):
        log_p = logits.log_softmax(-1).gather(2, targets[..., None])[..., 0]
        losses = -alpha * (1 - log_p.exp()) ** gamma * log_p
        return (losses * (targets != 95)).sum() / 2
    case(f"focalLoss {alpha} {gamma}", lambda logits, ids, f=focal: f(logits), r(2, 3, 97), targets)


def adam():
    weights = torch.nn.Parameter(r(6))
    start = weights.detach().clone()
    optimizer = torch.optim.Adam([weights], lr=0.01, betas=(0.9, 0.98), eps=1e-9)
    gradients, results = [], []
    for step in range(5):
        gradient = r(6) * (3 if step % 2 else 0.1)
        gradients.append(gradient.clone())
        weights.grad = gradient
        torch.nn.utils.clip_grad_norm_([weights], 1.0)
        optimizer.step()
        results.append(weights.detach().clone())
    return {"start": pack(start), "gradients": [pack(g) for g in gradients], "weights": [pack(w) for w in results]}


adam_steps = adam()


def lstm(x, *weights):
    zeros = torch.zeros(1, x.shape[1], 4)
    return torch.lstm(x, (zeros, zeros), weights, True, 1, 0.0, False, False, False)[0]


case("maxPoolRows", lambda x: F.max_pool2d(x, (2, 1)), r(2, 2, 4, 5))
lstm_weights = (r(16, 3), r(16, 4), r(16), r(16))
case("lstm", lstm, r(5, 2, 3), *lstm_weights)
case("lstm reversed", lambda x, *weights: lstm(x.flip(0), *weights).flip(0), r(5, 2, 3), *lstm_weights)
case("gruStep", torch.gru_cell, r(2, 3), r(2, 4), r(12, 3), r(12, 4), r(12), r(12))

content = {"torch": torch.__version__, "cases": cases, "adam": adam_steps}
path = os.path.join(os.path.dirname(__file__), "../../test/golden/operators.json")
with open(path, "w") as file:
    json.dump(content, file, indent=1)
    file.write("\n")
print(len(cases), "cases with PyTorch", torch.__version__)
