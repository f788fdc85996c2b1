"""What other people's programs and recorded traffic say about the connectors and the simulator."""
