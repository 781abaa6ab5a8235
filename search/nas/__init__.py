"""Architecture search: the relaxed network, its gradients, derivation, HRMAS and what it is compared with."""
