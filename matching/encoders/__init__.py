"""Encoders, which turn texts and photographs into vectors: protocol, torch, ONNX, inputs."""
