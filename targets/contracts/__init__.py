"""What every room may know: arrays, errors, files, rasters, synapses, chips; needs numpy and safetensors only."""
