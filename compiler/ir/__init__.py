"""The intermediate representation: graphs and hypergraphs."""
