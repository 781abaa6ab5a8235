"""motifc: search recurrent spiking networks of motifs, compile them, prove that every simulator agrees."""
