"""What turns words and photographs into vectors: the protocol, torch, ONNX, prepared inputs."""
