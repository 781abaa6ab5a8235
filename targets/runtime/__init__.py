"""Running a program: the integer neuron, machines, recordings and the protocol of backends."""
