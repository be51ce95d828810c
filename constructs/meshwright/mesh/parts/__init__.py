"""The parts of the data plane: each decides on the resources, policies and alarms that a file asks for."""
