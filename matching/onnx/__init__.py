"""Exports a checkpoint to ONNX, and compares it with torch in separate processes."""
