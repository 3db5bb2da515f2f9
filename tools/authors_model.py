"""The authors' PyTorch model from a checkout of their code (github.com/ICMLA-SAFL/SAFL_pytorch), on the CPU.

Their repository lacks lib/models/tps_spatial_transformer.py, which is that of ayumiymk/aster.pytorch: put it there.
"""
import sys
import types

import torch
import torch.nn.functional as F

CLASSES, END, MAXIMUM_LENGTH = 97, 94, 100


def build(checkout, seed=0):
    """Their ModelBuilder with random weights."""
    # Their environment was PyTorch 1.1 to 1.2, where grid_sample aligned corners.
    sample = F.grid_sample
    F.grid_sample = lambda image, grid, **options: sample(image, grid, **{"align_corners": True, **options})
    # They import torchvision without using it.
    sys.modules.setdefault("torchvision", types.ModuleType("torchvision"))
    sys.argv = sys.argv[:1]
    sys.path.insert(0, checkout)
    from lib.models.model_builder import ModelBuilder

    torch.manual_seed(seed)
    return ModelBuilder("ResNet_ASTER", CLASSES, 512, 512, MAXIMUM_LENGTH, END, STN_ON=True)
