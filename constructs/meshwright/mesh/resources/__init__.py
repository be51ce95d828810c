"""Resources of a mesh by kind, as data: a construct puts some of them into a stack, the mesh all of them."""
