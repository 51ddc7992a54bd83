"""Task files on many machines: Dask's scheduler and workers carry compiled plans to nodes, over TLS."""
