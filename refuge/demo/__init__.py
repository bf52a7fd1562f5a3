"""The pilot network as a demonstration: invented people only, loaded by `make run`, never outside the demo setting."""
