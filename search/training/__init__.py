"""Training: neurons and layers in torch, losses, gradient rules, plasticity."""
