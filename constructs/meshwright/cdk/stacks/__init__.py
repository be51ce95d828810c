"""The five kinds of stack of a mesh; they wire constructs and decide nothing."""
