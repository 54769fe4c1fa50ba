"""MongoDB behind the ports of storage."""
