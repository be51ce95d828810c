"""The four kinds of stack of a mesh; they wire constructs and decide nothing."""
