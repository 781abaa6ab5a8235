"""Training: networks in torch, losses, gradient rules, plasticity, quantization-aware training."""
